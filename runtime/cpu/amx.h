/* Matrix products by AMX: operands in bfloat16, sums in float.
 *
 * A tile is up to 16 rows of 64 bytes. A left operand's row holds 32 numbers that follow each other in the sum, a right
 * operand's 16 columns of a pair of these each, the first in the low half; so a product of two adds 16 x 32 times 32 x 16 to
 * 16 x 16 sums. Such a step of 32 is a chunk. Whole chunks are multiplied: where a sum ends, zeros fill the right operand, and
 * the left one may hold what it likes as long as it is finite.
 *
 * Without the instructions the same goes in plain C, slowly, for tests.
 */
#ifndef TRAINC_AMX_H
#define TRAINC_AMX_H
#include "bf16.h"

enum { AMX_ROWS = 16, AMX_COLUMNS = 16, AMX_CHUNK = 32, AMX_TILE = AMX_ROWS * AMX_CHUNK };

typedef uint16_t bf16;

INLINE int amx_up(int n, int to)
{
	return (n + to - 1) / to * to;
}

/* ---- the instructions: tiles 0 to 3 are sums, 4 and 5 left operands, 6 and 7 right ones ---- */

struct __attribute__((packed)) amx_shape { uint8_t palette, start, reserved[14]; uint16_t bytes[16]; uint8_t rows[16]; };

INLINE struct amx_shape amx_shape(int rows)
{
	struct amx_shape s = {.palette = 1};
	for (int tile = 0; tile < 8; tile++) {
		s.bytes[tile] = 2 * AMX_CHUNK;
		s.rows[tile] = (uint8_t)(tile < 6 ? rows : AMX_ROWS);
	}
	return s;
}

#ifdef FOR_AMX
/* Sums and left operands have so many rows until amx_close. */
INLINE void amx_open(int rows)
{
	const struct amx_shape s = amx_shape(rows);
	__asm__ volatile("" : : "r"(&s) : "memory");        /* all of it is read, which GCC's _tile_loadconfig does not say */
	_tile_loadconfig(&s);
}

INLINE void amx_close(void)
{
	_tile_release();
}

/* What is loaded has been stored: GCC's _tile_loadd does not say that it reads memory. */
INLINE void amx_settle(void)
{
	__asm__ volatile("" : : : "memory");
}

#define AMX_ZERO(tile) _tile_zero(tile)
#define AMX_LOAD(tile, from, bytes) _tile_loadd(tile, from, bytes)
#define AMX_STORE(tile, to, bytes) _tile_stored(tile, to, bytes)
#define AMX_MULTIPLY(sums, left, right) _tile_dpbf16ps(sums, left, right)
#else
static _Thread_local struct { struct amx_shape shape; uint32_t at[8][AMX_ROWS][AMX_COLUMNS]; } amx;

INLINE void amx_open(int rows)
{
	amx.shape = amx_shape(rows);
}

INLINE void amx_close(void)
{
}

INLINE void amx_settle(void)
{
}

static inline void amx_zero(int tile)
{
	memset(amx.at[tile], 0, sizeof amx.at[tile]);
}

static inline void amx_load(int tile, const void *from, ptrdiff_t bytes)
{
	for (int r = 0; r < amx.shape.rows[tile]; r++)
		memcpy(amx.at[tile][r], (const char *)from + r * bytes, sizeof amx.at[tile][r]);
}

static inline void amx_store(int tile, void *to, ptrdiff_t bytes)
{
	for (int r = 0; r < amx.shape.rows[tile]; r++)
		memcpy((char *)to + r * bytes, amx.at[tile][r], sizeof amx.at[tile][r]);
}

static inline void amx_multiply(int sums, int left, int right)
{
	for (int r = 0; r < amx.shape.rows[sums]; r++)
		for (int k = 0; k < AMX_CHUNK / 2; k++)
			for (int c = 0; c < AMX_COLUMNS; c++) {
				const uint32_t a = amx.at[left][r][k], b = amx.at[right][k][c];
				const float sum = float_of_bits((int32_t)amx.at[sums][r][c])
					+ float_of_bits((int32_t)(a << 16)) * float_of_bits((int32_t)(b << 16))
					+ float_of_bits((int32_t)(a & 0xffff0000u)) * float_of_bits((int32_t)(b & 0xffff0000u));
				amx.at[sums][r][c] = (uint32_t)bits_of_float(sum);
			}
}

#define AMX_ZERO(tile) amx_zero(tile)
#define AMX_LOAD(tile, from, bytes) amx_load(tile, from, bytes)
#define AMX_STORE(tile, to, bytes) amx_store(tile, to, bytes)
#define AMX_MULTIPLY(sums, left, right) amx_multiply(sums, left, right)
#endif

/* ---- blocks of up to 2 x 2 tiles of sums ---- */

/* Left operands, and how far apart in numbers: rows, the two tiles, and what follows in the sum: first `run` chunks beside each
 * other, then those a step further, and so on. */
struct amx_left { const bf16 *at; ptrdiff_t row, next; int run; ptrdiff_t step; };
/* Right operands likewise: rows of a tile (of pairs), the two tiles, and chunks */
struct amx_right { const bf16 *at; ptrdiff_t row, next, step; };
/* Sums: rows, and tiles of the two left operands; those of the two right ones are beside each other */
struct amx_sums { float *at; ptrdiff_t row, next; };

/* c[m][n] = (c +) the sum over so many chunks of a * b, for m, n of 1 and 2 tiles */
INLINE void amx_block(int m, int n, int chunks, struct amx_left a, struct amx_right b, struct amx_sums c, bool add)
{
	const ptrdiff_t c_row = c.row * (ptrdiff_t)sizeof(float), a_row = a.row * (ptrdiff_t)sizeof(bf16),
		b_row = b.row * (ptrdiff_t)sizeof(bf16);
	amx_settle();
#define SUMS(tile, i, j) if (i < m && j < n) { \
		if (add) \
			AMX_LOAD(tile, c.at + i * c.next + j * AMX_COLUMNS, c_row); \
		else \
			AMX_ZERO(tile); \
	}
	SUMS(0, 0, 0) SUMS(1, 0, 1) SUMS(2, 1, 0) SUMS(3, 1, 1)
#undef SUMS
	for (int first = 0; first < chunks; first += a.run, a.at += a.step) {
		const bf16 *left = a.at;
		for (int k = 0; k < a.run; k++, left += AMX_CHUNK, b.at += b.step) {
			AMX_LOAD(6, b.at, b_row);
			if (n > 1)
				AMX_LOAD(7, b.at + b.next, b_row);
			AMX_LOAD(4, left, a_row);
			AMX_MULTIPLY(0, 4, 6);
			if (n > 1)
				AMX_MULTIPLY(1, 4, 7);
			if (m > 1) {
				AMX_LOAD(5, left + a.next, a_row);
				AMX_MULTIPLY(2, 5, 6);
				if (n > 1)
					AMX_MULTIPLY(3, 5, 7);
			}
		}
	}
#define SUMS(tile, i, j) if (i < m && j < n) \
		AMX_STORE(tile, c.at + i * c.next + j * AMX_COLUMNS, c_row);
	SUMS(0, 0, 0) SUMS(1, 0, 1) SUMS(2, 1, 0) SUMS(3, 1, 1)
#undef SUMS
}

/* The same for any of them, known or not */
INLINE void amx_blocks(int m, int n, int chunks, struct amx_left a, struct amx_right b, struct amx_sums c, bool add)
{
	if (m > 1 && n > 1)
		amx_block(2, 2, chunks, a, b, c, add);
	else if (m > 1)
		amx_block(2, 1, chunks, a, b, c, add);
	else if (n > 1)
		amx_block(1, 2, chunks, a, b, c, add);
	else
		amx_block(1, 1, chunks, a, b, c, add);
}

/* ---- rounding and arranging ---- */

/* to[n] = from, rounded */
INLINE void amx_narrow(const real *from, int n, bf16 *to)
{
	int i = 0;
#ifdef __AVX512BF16__
	for (; sizeof(real) == sizeof(float) && i + AMX_CHUNK <= n; i += AMX_CHUNK)
		*(bf16_pairs_anywhere *)(to + i) =
			(bf16_pairs)_mm512_cvtne2ps_pbh((__m512)vec_load(from + i + LANES), (__m512)vec_load(from + i));
	for (; sizeof(real) == sizeof(float) && i + LANES <= n; i += LANES)
		_mm256_storeu_si256((__m256i *)(to + i), (__m256i)_mm512_cvtneps_pbh((__m512)vec_load(from + i)));
#endif
	for (; i < n; i++)
		to[i] = (bf16)(bf16_bits((float)from[i]) >> 16);
}

/* One vector of channels c .. of n, rounded, to row to */
INLINE void amx_narrow_channels(vec v, int c, int n, bf16 *to)
{
#ifdef __AVX512BF16__
	if (sizeof(real) == sizeof(float)) {
		const __m256i halves = (__m256i)_mm512_cvtneps_pbh((__m512)v);
		if (vec_whole(c, n))
			_mm256_storeu_si256((__m256i *)(to + c), halves);
		else
			_mm256_mask_storeu_epi16(to + c, (__mmask16)((1u << n % LANES) - 1), halves);
		return;
	}
#endif
	for (int i = 0; i < LANES && c + i < n; i++)
		to[c + i] = (bf16)(bf16_bits((float)v[i]) >> 16);
}

/* to[n] = pairs of first and second, rounded; no second: zeros */
INLINE void amx_pair(const real *first, const real *second, int n, uint32_t *to)
{
	int i = 0;
#ifdef __AVX512BF16__
	if (sizeof(real) == sizeof(float)) {
		uint16_t place[AMX_CHUNK];
		UNROLL for (int k = 0; k < AMX_CHUNK; k++)
			place[k] = (uint16_t)(k / 2 + k % 2 * AMX_COLUMNS);
		const __m512i places = _mm512_loadu_si512(place);
		for (; i + LANES <= n; i += LANES) {
			const vec high = second ? vec_load(second + i) : (vec){0};
			const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)vec_load(first + i));
			_mm512_storeu_si512(to + i, _mm512_permutexvar_epi16(places, halves));
		}
	}
#endif
	for (; i < n; i++)
		to[i] = bf16_pair((float)first[i], second ? (float)second[i] : 0);
}

/* to[n] = pairs of first and second, rounded already; no second: zeros */
INLINE void amx_interleave(const bf16 *first, const bf16 *second, int n, uint32_t *to)
{
	for (int i = 0; i < n; i++)
		to[i] = first[i] | (second ? (uint32_t)second[i] << 16 : 0);
}

typedef uint32_t amx_any __attribute__((may_alias));    /* a pair, or two numbers */

/* Squares of 16 x 16 pairs, rows so many pairs apart: to[c][r] = from[r][c] */
INLINE void amx_transpose(const amx_any *from, ptrdiff_t row, amx_any *to, ptrdiff_t to_row)
{
#ifdef __AVX512F__
	if (sizeof(real) == sizeof(float)) {
		vec v[LANES];
		UNROLL for (int i = 0; i < LANES; i++)
			v[i] = vec_load((const real *)(const void *)(from + i * row));
		vec_transpose(v);
		UNROLL for (int i = 0; i < LANES; i++)
			vec_store((real *)(void *)(to + i * to_row), v[i]);
		return;
	}
#endif
	for (int r = 0; r < AMX_ROWS; r++)
		for (int c = 0; c < AMX_COLUMNS; c++)
			to[c * to_row + r] = from[r * row + c];
}

#endif
