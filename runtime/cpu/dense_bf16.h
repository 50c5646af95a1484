/* Matrix products over the batch with operands in bfloat16, tile by tile, each tile by one thread.
 *
 * Weights are packed once a step, panel after panel of BLOCK_COLUMNS vectors (a tile's last may have fewer); values and
 * gradients are packed block by block into local arrays. Zeros fill all edges.
 */
#ifndef TRAINC_DENSE_BF16_H
#define TRAINC_DENSE_BF16_H
#include "bf16.h"
#include "dense.h"

enum {
	BF16_ROWS = 24,         /* samples of a tile; a multiple of every block's rows, as BF16_INPUTS is */
	BF16_COLUMNS = 128,     /* columns of a tile at most */
	BF16_DEPTH = 128,       /* of a block of the sum */
	BF16_PAIRS = BF16_DEPTH / 2,
	BF16_PANEL = BLOCK_COLUMNS * BF16_LANES,
	BF16_INPUTS = 96,       /* rows of the weights' gradient in a tile */
	BF16_GROUP = 2          /* column tiles of one row of the gradient by data */
};

/* Columns of the tiles of a matrix with n columns: whole vectors, about as many in each */
INLINE int bf16_columns(int n)
{
	const int even = dense_tiles(n, dense_tiles(n, BF16_COLUMNS));
	return dense_tiles(even, BF16_LANES) * BF16_LANES;
}

/* Tiles of packed weights: of columns, by blocks of the sum */
INLINE int bf16_packs(int depth, int columns)
{
	return dense_tiles(columns, bf16_columns(columns)) * dense_tiles(depth, BF16_DEPTH);
}

/* ---- packing ---- */

/* to[pair] = a row of so many numbers; an odd one's last pair ends in a zero */
INLINE void bf16_right_row(const real *from, int columns, uint32_t *to)
{
	for (int k = 0; k < columns / 2; k++)
		to[k] = bf16_pair((float)from[2 * k], (float)from[2 * k + 1]);
	if (columns % 2)
		to[columns / 2] = bf16_pair((float)from[columns - 1], 0);
}

/* to[row][pair] = the rows x columns at from, pairs along a row; zeros up to height rows */
INLINE void bf16_left_rows(const real *from, ptrdiff_t stride, int rows, int columns, int height, struct bf16_left *to)
{
	for (int r = 0; r < rows; r++, from += stride, to += BF16_PAIRS) {
		for (int k = 0; k < columns / 2; k++)
			to[k] = bf16_left((float)from[2 * k], (float)from[2 * k + 1]);
		if (columns % 2)
			to[columns / 2] = bf16_left((float)from[columns - 1], 0);
	}
	memset(to, 0, sizeof *to * BF16_PAIRS * (size_t)(height - rows));
}

/* What follows an odd last row */
static const real bf16_zeros[BF16_COLUMNS];

/* to[pair][width] = the rows x columns at from, pairs of rows; zeros to the right */
INLINE void bf16_left_columns(const real *from, ptrdiff_t stride, int rows, int columns, int width, struct bf16_left *to)
{
	for (int r = 0; r < rows; r += 2, from += 2 * stride, to += width) {
		const real *next = r + 1 < rows ? from + stride : bf16_zeros;
		for (int c = 0; c < columns; c++)
			to[c] = bf16_left((float)from[c], (float)next[c]);
		memset(to + columns, 0, sizeof *to * (size_t)(width - columns));
	}
}

/* The same in panels */
INLINE void bf16_right_columns(const real *from, ptrdiff_t stride, int rows, int columns, int width, uint32_t *pack)
{
	for (int first = 0; first < width; first += BF16_PANEL) {
		const int panel = at_most(width - first, BF16_PANEL), there = at_most(columns - first, panel);
		uint32_t *to = pack + first * BF16_PAIRS;
		for (int r = 0; r < rows; r += 2, to += panel) {
			const real *row = from + r * stride + first, *next = r + 1 < rows ? row + stride : bf16_zeros;
			for (int c = 0; c < panel; c++)
				to[c] = c < there ? bf16_pair((float)row[c], (float)next[c]) : 0;
		}
	}
}

/* pack = block tile of w[in][out], for products over in; reals hold the pairs */
INLINE void bf16_pack(int in, int out, const real *w, real *pack, int tile)
{
	const int width = bf16_columns(out), blocks = dense_tiles(in, BF16_DEPTH);
	const int first = tile / blocks * width, k = tile % blocks * BF16_DEPTH;
	bf16_right_columns(w + (ptrdiff_t)k * out + first, out, at_most(in - k, BF16_DEPTH),
		at_most(out - first, width), width, (uint32_t *)pack + (ptrdiff_t)tile * width * BF16_PAIRS);
}

/* pack = block tile of the transpose of w[in][out], for products over out */
INLINE void bf16_pack_transposed(int in, int out, const real *w, real *pack, int tile)
{
	const int width = bf16_columns(in), blocks = dense_tiles(out, BF16_DEPTH);
	const int first = tile / blocks * width, k = tile % blocks * BF16_DEPTH;
	const int depth = at_most(out - k, BF16_DEPTH), columns = at_most(in - first, width);
	uint32_t *block = (uint32_t *)pack + (ptrdiff_t)tile * width * BF16_PAIRS;

	for (int c = 0; c < width; c++) {
		const int from = c / BF16_PANEL * BF16_PANEL, panel = at_most(width - from, BF16_PANEL);
		uint32_t row[BF16_PAIRS] = {0}, *to = block + from * BF16_PAIRS + (c - from);
		if (c < columns)
			bf16_right_row(w + (ptrdiff_t)(first + c) * out + k, depth, row);
		for (int pair = 0; pair < (depth + 1) / 2; pair++)
			to[pair * panel] = row[pair];
	}
}

/* ---- products ---- */

INLINE void bf16_rows(int rows, int columns, int pairs, struct bf16_matrix a, const uint32_t *b, float *c, int width)
{
	const int block = block_rows(columns);
	for (int m = 0; m < rows; m += block)
		bf16_block(block, columns, pairs, (struct bf16_matrix){a.at + m * a.row, a.row, a.step}, b, c + m * width, width);
}

/* c[rows][width] += a * pack for rows of a up to whole blocks; depth of the sum counts. */
INLINE void bf16_multiply(int rows, int depth, struct bf16_matrix a, const uint32_t *pack, float *c, int width)
{
	const int whole = width / BF16_PANEL * BF16_PANEL, pairs = (depth + 1) / 2;
	for (int first = 0; first < whole; first += BF16_PANEL)
		bf16_rows(rows, BLOCK_COLUMNS, pairs, a, pack + first * BF16_PAIRS, c + first, width);
	if (whole < width)
		bf16_rows(rows, (width - whole) / BF16_LANES, pairs, a, pack + whole * BF16_PAIRS, c + whole, width);
}

/* y[n][out] = bias + x[n][in] * w for one tile, w packed by bf16_pack; rows of x and y are a sample apart */
INLINE void bf16_forward(int in, int out, int n, ptrdiff_t sample, const real *x, const real *pack, const real *bias, real *y,
	int tile)
{
	const int width = bf16_columns(out), tiles = dense_tiles(out, width), blocks = dense_tiles(in, BF16_DEPTH);
	const int first_row = tile / tiles * BF16_ROWS, rows = at_most(n - first_row, BF16_ROWS);
	const int first = tile % tiles * width, columns = at_most(out - first, width);
	const uint32_t *b = (const uint32_t *)pack + (ptrdiff_t)(tile % tiles) * blocks * width * BF16_PAIRS;
	struct bf16_left a[BF16_ROWS * BF16_PAIRS];
	float c[BF16_ROWS * BF16_COLUMNS];

	for (int r = 0; r < BF16_ROWS; r++)
		for (int o = 0; o < width; o++)
			c[r * width + o] = bias && o < columns ? (float)bias[first + o] : 0;
	for (int k = 0; k < in; k += BF16_DEPTH, b += width * BF16_PAIRS) {
		const real *from = x + first_row * sample + k;
		const int depth = at_most(in - k, BF16_DEPTH);
		bf16_left_rows(from, sample, rows, depth, BF16_ROWS, a);
		dense_ask(from + BF16_DEPTH, sample, rows, at_most(in - k - BF16_DEPTH, BF16_DEPTH));
		bf16_multiply(rows, depth, (struct bf16_matrix){a, BF16_PAIRS, 1}, b, c, width);
	}
	for (int r = 0; r < rows; r++)
		for (int o = 0; o < columns; o++)
			y[(first_row + r) * sample + first + o] = (real)c[r * width + o];
}

/* dw[in][out] = sum over n of x[n][in] * dy[n][out], and db of dy unrounded, for one tile */
INLINE void bf16_weights(int in, int out, int n, ptrdiff_t sample, const real *x, const real *dy, real *dw, real *db, int tile)
{
	const int width = bf16_columns(out), tiles = dense_tiles(out, width);
	const int first_row = tile / tiles * BF16_INPUTS, rows = at_most(in - first_row, BF16_INPUTS);
	const int first = tile % tiles * width, columns = at_most(out - first, width);
	SCRATCH(struct bf16_left, a, LEFT, BF16_PAIRS * BF16_INPUTS);
	SCRATCH(uint32_t, b, RIGHT, BF16_PAIRS * BF16_COLUMNS);
	SCRATCH_ZEROS(float, c, SUMS, BF16_INPUTS * BF16_COLUMNS);

	if (db && first_row == 0)
		memset(db + first, 0, sizeof *db * (size_t)columns);
	for (int k = 0; k < n; k += BF16_DEPTH) {
		const int depth = at_most(n - k, BF16_DEPTH);
		const real *from = dy + k * sample + first;
		bf16_left_columns(x + k * sample + first_row, sample, depth, rows, BF16_INPUTS, a);
		bf16_right_columns(from, sample, depth, columns, width, b);
		bf16_multiply(rows, depth, (struct bf16_matrix){a, 1, BF16_INPUTS}, b, c, width);
		for (int r = 0; db && first_row == 0 && r < depth; r++)
			for (int o = 0; o < columns; o++)
				db[first + o] += from[r * sample + o];
	}
	for (int r = 0; r < rows; r++)
		for (int o = 0; o < columns; o++)
			dw[(ptrdiff_t)(first_row + r) * out + first + o] = (real)c[r * width + o];
}

/* dx[n][in] = (dx +) dy[n][out] * w' for one tile, w' packed by bf16_pack_transposed */
INLINE void bf16_data(int in, int out, int n, ptrdiff_t sample, const real *dy, const real *pack, real *dx, bool add, int tile)
{
	const int width = bf16_columns(in), groups = dense_tiles(in, width * BF16_GROUP), blocks = dense_tiles(out, BF16_DEPTH);
	const int first_row = tile / groups * BF16_ROWS, rows = at_most(n - first_row, BF16_ROWS);
	const int begin = tile % groups * BF16_GROUP, end = at_most(begin + BF16_GROUP, dense_tiles(in, width));
	struct bf16_left a[BF16_ROWS * BF16_PAIRS];
	float c[BF16_ROWS * BF16_COLUMNS];

	for (int g = begin; g < end; g++) {
		const int columns = at_most(in - g * width, width);
		const uint32_t *b = (const uint32_t *)pack + (ptrdiff_t)g * blocks * width * BF16_PAIRS;
		memset(c, 0, sizeof c);
		for (int k = 0; k < out; k += BF16_DEPTH, b += width * BF16_PAIRS) {
			const int depth = at_most(out - k, BF16_DEPTH);
			if (g == begin || blocks > 1)
				bf16_left_rows(dy + first_row * sample + k, sample, rows, depth, BF16_ROWS, a);
			bf16_multiply(rows, depth, (struct bf16_matrix){a, BF16_PAIRS, 1}, b, c, width);
		}
		for (int r = 0; r < rows; r++) {
			real *to = dx + (first_row + r) * sample + g * width;
			for (int i = 0; i < columns; i++)
				to[i] = add ? to[i] + (real)c[r * width + i] : (real)c[r * width + i];
		}
	}
}

#endif
