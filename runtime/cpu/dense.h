/* Matrix products over the batch, tile by tile, each tile by one thread.
 *
 * Operands that lie a sample apart are copied block by block into local arrays, where the product finds them whole (zeros
 * fill the edges) and in the first-level caches. Weights are packed once a step, and their transpose once a step.
 */
#ifndef TRAINC_DENSE_H
#define TRAINC_DENSE_H
#include "matrix.h"

enum {
	DENSE_ROWS = 48,        /* samples of a tile; a multiple of every block's rows, as DENSE_INPUTS is */
	DENSE_COLUMNS = 64,     /* columns of a tile */
	DENSE_OUTPUTS = 128,    /* columns of a tile of outputs */
	DENSE_NEAR_ROWS = 24,   /* rows of a block that stay in the first-level cache while all columns pass by */
	DENSE_DEPTH = 128,      /* of a block of the sum */
	DENSE_INPUTS = 96,      /* rows of the weights' gradient in a tile */
	DENSE_GROUP = 4         /* column tiles of one row of the gradient by data */
};

/* Columns of the tiles of a matrix with n columns */
INLINE int dense_columns(int n)
{
	return n < DENSE_COLUMNS ? padded(n) : DENSE_COLUMNS;
}

INLINE int dense_tiles(int n, int of)
{
	return (n + of - 1) / of;
}

/* to[row][width] = the rows x columns at from; zeros up to height x width */
INLINE void dense_copy(const real *from, ptrdiff_t stride, int rows, int columns, int height, int width, real *to)
{
	for (int r = 0; r < rows; r++) {
		memcpy(to + r * width, from + r * stride, sizeof *to * (size_t)columns);
		memset(to + r * width + columns, 0, sizeof *to * (size_t)(width - columns));
	}
	memset(to + rows * width, 0, sizeof *to * (size_t)((height - rows) * width));
}

/* to, packed for DENSE_DEPTH x width = the rows x columns at from; zeros to the right */
INLINE void dense_pack(const real *from, ptrdiff_t stride, int rows, int columns, int width, real *to)
{
	for (int c = 0; c < width; c += LANES) {
		real *panel = to + packed_at(width / LANES, DENSE_DEPTH, 0, c);
		const ptrdiff_t step = packed_at(width / LANES, DENSE_DEPTH, 1, c) - packed_at(width / LANES, DENSE_DEPTH, 0, c);
		if (c + LANES <= columns)
			for (int r = 0; r < rows; r++)
				vec_store(panel + r * step, vec_load(from + r * stride + c));
		else
			for (int r = 0; r < rows; r++)
				vec_store(panel + r * step, c < columns ? vec_load_tail(from + r * stride + c, columns - c) : (vec){0});
	}
}

/* c[rows][width] += a * b for rows of a up to whole blocks, b packed for DENSE_DEPTH x width; depth of it counts. */
INLINE void dense_multiply(int rows, int depth, struct matrix a, const real *b, real *c, int width)
{
	const int vectors = width / LANES, whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	for (int m = 0; m < rows; m += DENSE_NEAR_ROWS) {
		const struct matrix near = {a.at + m * a.row, a.row, a.step};
		const int n = at_most(rows - m, DENSE_NEAR_ROWS);
		for (int v = 0; v < whole; v += BLOCK_COLUMNS)
			matrix_whole(n, BLOCK_COLUMNS, depth, near, b + (ptrdiff_t)v * LANES * DENSE_DEPTH, BLOCK_COLUMNS * LANES,
				c + m * width + v * LANES, width, true);
		if (whole < vectors)
			matrix_whole(n, vectors - whole, depth, near, b + (ptrdiff_t)whole * LANES * DENSE_DEPTH,
				(vectors - whole) * LANES, c + m * width + whole * LANES, width, true);
	}
}

/* Columns of the tiles of n outputs */
INLINE int dense_outputs(int n)
{
	return n < DENSE_OUTPUTS ? padded(n) : DENSE_OUTPUTS;
}

/* Reals of the pack of one tile of outputs */
INLINE ptrdiff_t dense_pack_size(int in, int width)
{
	return (ptrdiff_t)dense_tiles(in, DENSE_DEPTH) * DENSE_DEPTH * width;
}

/* pack = rows tile * DENSE_DEPTH .. of w[in][out], tile of outputs by tile of outputs, as dense_forward wants them */
INLINE void dense_pack_rows(int in, int out, const real *w, real *pack, int tile)
{
	const int width = dense_outputs(out), k = tile * DENSE_DEPTH;
	for (int first = 0; first < out; first += width)
		dense_pack(w + (ptrdiff_t)k * out + first, out, at_most(in - k, DENSE_DEPTH), at_most(out - first, width), width,
			pack + first / width * dense_pack_size(in, width) + (ptrdiff_t)k * width);
}

/* Asks for the rows x columns at from, which lie too far apart for the machine to see what comes next. */
INLINE void dense_prefetch(const real *from, ptrdiff_t stride, int rows, int columns)
{
	for (int r = 0; r < rows; r++)
		for (int c = 0; c < columns; c += 64 / (int)sizeof(real))
			__builtin_prefetch(from + r * stride + c);
}

/* y[n][out] = bias + x[n][in] * w for one tile, w packed by dense_pack_rows; rows of x and y are a sample apart */
INLINE void dense_forward(int in, int out, int n, ptrdiff_t sample, const real *x, const real *pack, const real *bias,
	real *y, int tile)
{
	const int width = dense_outputs(out), first_row = tile / dense_tiles(out, width) * DENSE_ROWS;
	const int first = tile % dense_tiles(out, width) * width;
	const int rows = at_most(n - first_row, DENSE_ROWS), columns = at_most(out - first, width);
	real a[DENSE_ROWS * DENSE_DEPTH], c[DENSE_ROWS * DENSE_OUTPUTS];

	pack += first / width * dense_pack_size(in, width);
	for (int r = 0; r < DENSE_ROWS; r++)
		for (int o = 0; o < width; o++)
			c[r * width + o] = bias && o < columns ? bias[first + o] : 0;
	for (int k = 0; k < in; k += DENSE_DEPTH) {
		const real *from = x + first_row * sample + k;
		const int depth = at_most(in - k, DENSE_DEPTH);
		dense_copy(from, sample, rows, depth, DENSE_ROWS, DENSE_DEPTH, a);
		dense_prefetch(from + DENSE_DEPTH, sample, rows, at_most(in - k - DENSE_DEPTH, DENSE_DEPTH));
		dense_multiply(rows, depth, (struct matrix){a, DENSE_DEPTH, 1}, pack + (ptrdiff_t)k * width, c, width);
	}
	for (int r = 0; r < rows; r++)
		memcpy(y + (first_row + r) * sample + first, c + r * width, sizeof *y * (size_t)columns);
}

/* dw[in][out] = sum over n of x[n][in] * dy[n][out], and db of dy, for one tile */
INLINE void dense_weights(int in, int out, int n, ptrdiff_t sample, const real *x, const real *dy, real *dw, real *db,
	int tile)
{
	const int width = dense_columns(out), first_row = tile / dense_tiles(out, width) * DENSE_INPUTS;
	const int first = tile % dense_tiles(out, width) * width;
	const int rows = at_most(in - first_row, DENSE_INPUTS), columns = at_most(out - first, width);
	real a[DENSE_DEPTH * DENSE_INPUTS], b[DENSE_DEPTH * DENSE_COLUMNS], c[DENSE_INPUTS * DENSE_COLUMNS] = {0};

	if (db && first_row == 0)
		memset(db + first, 0, sizeof *db * (size_t)columns);
	for (int k = 0; k < n; k += DENSE_DEPTH) {
		const int depth = at_most(n - k, DENSE_DEPTH);
		const real *from = dy + k * sample + first;
		dense_copy(x + k * sample + first_row, sample, depth, rows, depth, DENSE_INPUTS, a);
		dense_pack(from, sample, depth, columns, width, b);
		dense_multiply(rows, depth, (struct matrix){a, 1, DENSE_INPUTS}, b, c, width);
		for (int r = 0; db && first_row == 0 && r < depth; r++)
			for (int o = 0; o < columns; o++)
				db[first + o] += from[r * sample + o];
	}
	for (int r = 0; r < rows; r++)
		memcpy(dw + (ptrdiff_t)(first_row + r) * out + first, c + r * width, sizeof *dw * (size_t)columns);
}

/* pack = the transpose of rows tile * DENSE_COLUMNS .. of w[in][out], as dense_data wants it */
INLINE void dense_transpose(int in, int out, const real *w, real *pack, int tile)
{
	const int width = dense_columns(in), first = tile * width, columns = at_most(in - first, width);
	real *to = pack + (ptrdiff_t)tile * width * dense_tiles(out, DENSE_DEPTH) * DENSE_DEPTH;

	for (int k = 0; k < out; k += DENSE_DEPTH, to += width * DENSE_DEPTH)
		for (int c = 0; c < width; c++)
			for (int o = k; o < at_most(out, k + DENSE_DEPTH); o++)
				to[packed_at(width / LANES, DENSE_DEPTH, o - k, c)] = c < columns ? w[(ptrdiff_t)(first + c) * out + o] : 0;
}

/* dx[n][in] = (dx +) dy[n][out] * w' for one tile, w' being packed by dense_transpose */
INLINE void dense_data(int in, int out, int n, ptrdiff_t sample, const real *dy, const real *pack, real *dx, bool add, int tile)
{
	const int width = dense_columns(in), groups = dense_tiles(in, width * DENSE_GROUP);
	const int first_row = tile / groups * DENSE_ROWS, rows = at_most(n - first_row, DENSE_ROWS);
	const ptrdiff_t size = (ptrdiff_t)width * dense_tiles(out, DENSE_DEPTH) * DENSE_DEPTH;
	const int begin = tile % groups * DENSE_GROUP, end = at_most(begin + DENSE_GROUP, dense_tiles(in, width));
	real a[DENSE_ROWS * DENSE_DEPTH], c[DENSE_ROWS * DENSE_COLUMNS];

	for (int g = begin; g < end; g++) {
		const int columns = at_most(in - g * width, width);
		memset(c, 0, sizeof c);
		for (int k = 0; k < out; k += DENSE_DEPTH) {
			const int depth = at_most(out - k, DENSE_DEPTH);
			if (g == begin || out > DENSE_DEPTH)
				dense_copy(dy + first_row * sample + k, sample, rows, depth, DENSE_ROWS, DENSE_DEPTH, a);
			dense_multiply(rows, depth, (struct matrix){a, DENSE_DEPTH, 1}, pack + g * size + k * width, c, width);
		}
		for (int r = 0; r < rows; r++) {
			real *to = dx + (first_row + r) * sample + g * width;
			for (int i = 0; i < columns; i++)
				to[i] = add ? to[i] + c[r * width + i] : c[r * width + i];
		}
	}
}

#endif
