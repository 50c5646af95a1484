/* Products of small matrices in registers, for kernels whose sizes are constants.
 *
 * Everything here is inlined, so sizes given as constants leave neither loops over registers nor branches behind. A
 * matrix b of depth x columns is cut into panels of BLOCK_COLUMNS vectors (the last may have fewer); packed means that
 * panel after panel lies in one piece, else its rows are b_row apart.
 */
#ifndef TRAINC_MATRIX_H
#define TRAINC_MATRIX_H
#include <stdbool.h>
#include "cpu.h"

enum {
	BLOCK_COLUMNS = REGISTERS / 8,          /* vectors */
	BLOCK_SUMS = REGISTERS * 3 / 4,         /* registers that hold sums */
	BLOCK_ROWS_MOST = 12
};

/* Rows of a block of so many vectors: as many as there are registers, and enough sums to hide the latency. */
INLINE int block_rows(int columns)
{
	return BLOCK_SUMS / columns < BLOCK_ROWS_MOST ? BLOCK_SUMS / columns : BLOCK_ROWS_MOST;
}

INLINE int vectors_of(int n)
{
	return (n + LANES - 1) / LANES;
}

/* n rounded up to whole vectors */
INLINE int padded(int n)
{
	return vectors_of(n) * LANES;
}

INLINE int at_most(int n, int most)
{
	return n < most ? n : most;
}

/* a: element (m, k) at a[m * row + k * step] */
struct matrix { const real *at; ptrdiff_t row, step; };

/* c[m][0 .. columns vectors) = (c +) sum over k of a(m, k) * b[k][..], for m < rows <= BLOCK_ROWS_MOST. */
INLINE void matrix_block(int rows, int columns, int depth, struct matrix a, const real *b, ptrdiff_t b_row, real *c,
	ptrdiff_t c_row, bool add)
{
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int m = 0; m < rows; m++)
		UNROLL for (int n = 0; n < columns; n++)
			sum[m][n] = add ? vec_load(c + m * c_row + n * LANES) : (vec){0};
	for (int k = 0; k < depth; k++) {
		vec right[BLOCK_COLUMNS];
		UNROLL for (int n = 0; n < columns; n++)
			right[n] = vec_load(b + k * b_row + n * LANES);
		UNROLL for (int m = 0; m < rows; m++) {
			vec left = vec_broadcast(a.at[m * a.row + k * a.step]);
			UNROLL for (int n = 0; n < columns; n++)
				sum[m][n] += left * right[n];
		}
	}
	UNROLL for (int m = 0; m < rows; m++)
		UNROLL for (int n = 0; n < columns; n++)
			vec_store(c + m * c_row + n * LANES, sum[m][n]);
}

/* All rows of one panel. */
INLINE void matrix_panel(int rows, int columns, int depth, struct matrix a, const real *b, ptrdiff_t b_row, real *c,
	ptrdiff_t c_row, bool add)
{
	const int block = block_rows(columns), whole = rows / block * block;
	for (int m = 0; m < whole; m += block)
		matrix_block(block, columns, depth, (struct matrix){a.at + m * a.row, a.row, a.step}, b, b_row,
			c + m * c_row, c_row, add);
	if (whole < rows)
		matrix_block(rows - whole, columns, depth, (struct matrix){a.at + whole * a.row, a.row, a.step}, b, b_row,
			c + whole * c_row, c_row, add);
}

/* As matrix_panel for any number of rows: whole blocks are made, so a and c have room for a multiple of BLOCK_ROWS_MOST
 * rows; what those behind the last hold does not matter. */
INLINE void matrix_whole(int rows, int columns, int depth, struct matrix a, const real *b, ptrdiff_t b_row, real *c,
	ptrdiff_t c_row, bool add)
{
	const int most = block_rows(columns), blocks = (BLOCK_ROWS_MOST + most - 1) / most, block = BLOCK_ROWS_MOST / blocks;
	for (int m = 0; m < rows; m += block)
		matrix_block(block, columns, depth, (struct matrix){a.at + m * a.row, a.row, a.step}, b, b_row, c + m * c_row,
			c_row, add);
}

/* c = (c +) a * b over vectors * LANES columns; b_row 0: packed. */
INLINE void matrix_multiply(int rows, int vectors, int depth, struct matrix a, const real *b, ptrdiff_t b_row, real *c,
	ptrdiff_t c_row, bool add)
{
	const int whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS, rest = vectors - whole;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		matrix_panel(rows, BLOCK_COLUMNS, depth, a, b + (ptrdiff_t)v * LANES * (b_row ? 1 : depth),
			b_row ? b_row : BLOCK_COLUMNS * LANES, c + v * LANES, c_row, add);
	if (rest)
		matrix_panel(rows, rest, depth, a, b + (ptrdiff_t)whole * LANES * (b_row ? 1 : depth),
			b_row ? b_row : rest * LANES, c + whole * LANES, c_row, add);
}

/* Where element (k, n) of a packed matrix of depth x vectors * LANES lies. */
INLINE ptrdiff_t packed_at(int vectors, int depth, int k, int n)
{
	const int panel = n / (BLOCK_COLUMNS * LANES), first = panel * BLOCK_COLUMNS;
	const int columns = vectors - first < BLOCK_COLUMNS ? vectors - first : BLOCK_COLUMNS;
	return (ptrdiff_t)first * LANES * depth + (ptrdiff_t)k * columns * LANES + (n - first * LANES);
}

#endif
