/* bfloat16: the upper half of a float, rounded to nearest even, as operands of products whose sums are floats.
 *
 * Two operands that follow each other in the sum are a pair in 32 bits, the first in the low half; an odd sum's last pair
 * ends in a zero. avx512bf16 multiplies pairs by vdpbf16ps; elsewhere the halves become floats by a shift and a mask and
 * are multiplied pair by pair. A product of two bfloat16 is exact in a float. Sums are floats whatever real is.
 */
#ifndef TRAINC_BF16_H
#define TRAINC_BF16_H
#include "matrix.h"

enum { BF16_LANES = VECTOR_BYTES / (int)sizeof(float) };

typedef float bf16_sums __attribute__((vector_size(VECTOR_BYTES)));
typedef float bf16_sums_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
typedef uint32_t bf16_pairs __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t bf16_pairs_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));

/* ---- rounding ---- */

/* x's bits with the lower half rounded away: what is beyond the largest becomes infinite, NaN stays NaN. */
INLINE uint32_t bf16_bits(float x)
{
	const uint32_t bits = (uint32_t)bits_of_float(x), rounded = bits + 0x7fff + (bits >> 16 & 1);
	return (x == x ? rounded : bits | 0x400000) & 0xffff0000u;
}

INLINE uint32_t bf16_pair(float first, float second)
{
	return bf16_bits(first) >> 16 | bf16_bits(second);
}

INLINE float bf16_round(float x)
{
	return float_of_bits((int32_t)bf16_bits(x));
}

INLINE real real_bf16(real x)
{
	return (real)bf16_round((float)x);
}

/* ---- products ---- */

/* The right operand is a vector of pairs, the left one the same pair in all lanes. With vdpbf16ps a pair is one product to
 * add; elsewhere its parts are two, and left operands are kept as floats, which a load spreads over a vector. */
#ifdef __AVX512BF16__
enum { BF16_PARTS = 1 };

typedef uint32_t bf16_left_part;

INLINE bf16_pairs bf16_part(bf16_pairs pairs, int part)
{
	(void)part;
	return pairs;
}

INLINE bf16_sums bf16_multiply_add(bf16_sums sum, bf16_left_part a, bf16_pairs b)
{
	return (bf16_sums)_mm512_dpbf16_ps((__m512)sum, (__m512bh)(a - (bf16_pairs){0}), (__m512bh)b);
}
#else
enum { BF16_PARTS = 2 };

typedef float bf16_left_part;

INLINE bf16_pairs bf16_part(bf16_pairs pairs, int part)
{
	return part == 0 ? pairs << 16 : pairs & 0xffff0000u;
}

INLINE bf16_sums bf16_multiply_add(bf16_sums sum, bf16_left_part a, bf16_pairs b)
{
	return sum + (a - (bf16_sums){0}) * (bf16_sums)b;
}
#endif

struct bf16_left { bf16_left_part parts[BF16_PARTS]; };

INLINE struct bf16_left bf16_left(float first, float second)
{
#ifdef __AVX512BF16__
	return (struct bf16_left){{bf16_pair(first, second)}};
#else
	return (struct bf16_left){{bf16_round(first), bf16_round(second)}};
#endif
}

/* pair k of row m at at[m * row + k * step] */
struct bf16_matrix { const struct bf16_left *at; ptrdiff_t row, step; };

/* c[m][0 .. columns vectors) += sum over pairs of a(m, k) * b[k][..], for m < rows <= BLOCK_ROWS_MOST. */
INLINE void bf16_block(int rows, int columns, int pairs, struct bf16_matrix a, const uint32_t *b, float *c, ptrdiff_t c_row)
{
	bf16_sums sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int m = 0; m < rows; m++)
		UNROLL for (int n = 0; n < columns; n++)
			sum[m][n] = *(const bf16_sums_anywhere *)(c + m * c_row + n * BF16_LANES);
	for (int k = 0; k < pairs; k++, b += columns * BF16_LANES) {
		UNROLL for (int part = 0; part < BF16_PARTS; part++) {
			bf16_pairs right[BLOCK_COLUMNS];
			UNROLL for (int n = 0; n < columns; n++)
				right[n] = bf16_part(*(const bf16_pairs_anywhere *)(b + n * BF16_LANES), part);
			UNROLL for (int m = 0; m < rows; m++)
				UNROLL for (int n = 0; n < columns; n++)
					sum[m][n] = bf16_multiply_add(sum[m][n], a.at[m * a.row + k * a.step].parts[part], right[n]);
		}
	}
	UNROLL for (int m = 0; m < rows; m++)
		UNROLL for (int n = 0; n < columns; n++)
			*(bf16_sums_anywhere *)(c + m * c_row + n * BF16_LANES) = sum[m][n];
}

#endif
