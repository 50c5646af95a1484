/* Matrix products over the batch by AMX (amx.h), tile by tile, each tile by one thread: operands rounded to bfloat16 on their
 * way into local arrays, a block of the sum at a time, and float sums in another.
 *
 * Samples lie a whole workspace apart, so what counts is how long the runs are that are read of each, and how often weights
 * pass by: blocks are deep and tiles large, as the second-level cache allows. Numbers are summed in the same order whatever
 * the tiles.
 */
#ifndef TRAINC_DENSE_AMX_H
#define TRAINC_DENSE_AMX_H
#include "amx.h"
#include "dense.h"

enum {
	DENSE_AMX_DEPTH = 256,          /* of a block of the sum */
	DENSE_AMX_SAMPLES = 512,        /* of a tile at most */
	DENSE_AMX_COLUMNS = 128,        /* outputs of a tile at most */
	DENSE_AMX_WEIGHTS = 256,        /* inputs of a tile of weights at most */
	DENSE_AMX_DATA = 512,           /* inputs of a tile of samples at most */
	DENSE_AMX_PAIR = 2 * AMX_ROWS,  /* rows or columns that are multiplied together */
	DENSE_AMX_RIGHT = AMX_COLUMNS * DENSE_AMX_DEPTH / 2     /* pairs of 16 columns of a block */
};

/* Columns of the tiles of a matrix with n columns, in whole tiles of the machine's */
INLINE int dense_amx_columns(int n)
{
	return amx_up(at_most(n, DENSE_AMX_COLUMNS), AMX_COLUMNS);
}

/* Samples of a tile, as dense_rows */
INLINE int dense_amx_rows(int n, int tiles, int threads)
{
	return dense_samples(n, tiles, threads, AMX_ROWS, DENSE_AMX_SAMPLES);
}

/* Inputs of a tile of weights, and of a tile of samples */
INLINE int dense_amx_weights_inputs(int n, int threads)
{
	return dense_inputs(n, threads, DENSE_AMX_PAIR, DENSE_AMX_WEIGHTS);
}

INLINE int dense_amx_data_inputs(int n, int threads)
{
	return dense_inputs(n, threads, DENSE_AMX_PAIR, DENSE_AMX_DATA);
}

/* ---- arranging, as amx.h says: left [row][DENSE_AMX_DEPTH], right [tile of columns][pair][column]; what is missing to whole
 * tiles is zeros ---- */

/* left[rows][depth] = the rows at from */
INLINE void dense_amx_left(const real *from, ptrdiff_t stride, int rows, int depth, bf16 *left)
{
	for (int r = 0; r < amx_up(rows, AMX_ROWS); r++, from += stride, left += DENSE_AMX_DEPTH) {
		const int there = r < rows ? depth : 0;
		if (there)
			amx_narrow(from, there, left);
		memset(left + there, 0, sizeof *left * (size_t)(amx_up(depth, AMX_CHUNK) - there));
	}
}

/* left[columns][depth] = the transpose of the rows at from, depth of them */
INLINE void dense_amx_left_transposed(const real *from, ptrdiff_t stride, int depth, int columns, bf16 *left)
{
	for (int k = 0; k < depth; k += AMX_CHUNK)
		for (int c = 0; c < columns; c += AMX_COLUMNS) {
			ALIGNED uint32_t pairs[AMX_ROWS * AMX_COLUMNS];
			const int n = at_most(columns - c, AMX_COLUMNS), numbers = at_most(depth - k, AMX_CHUNK);
			if (n < AMX_COLUMNS || numbers < AMX_CHUNK)
				memset(pairs, 0, sizeof pairs);
			for (int i = 0; i < numbers; i += 2) {
				const real *first = from + (k + i) * stride + c;
				amx_pair(first, i + 1 < numbers ? first + stride : NULL, n, pairs + i / 2 * AMX_COLUMNS);
			}
			amx_transpose(pairs, AMX_COLUMNS, (amx_any *)(left + c * DENSE_AMX_DEPTH + k), DENSE_AMX_DEPTH / 2);
		}
}

/* right = the depth rows of so many columns at from */
INLINE void dense_amx_right(const real *from, ptrdiff_t stride, int depth, int columns, uint32_t *right)
{
	if (columns % AMX_COLUMNS || depth % AMX_CHUNK)
		memset(right, 0, sizeof *right * (size_t)(amx_up(columns, AMX_COLUMNS) / AMX_COLUMNS * DENSE_AMX_RIGHT));
	for (int k = 0; k < depth; k += 2, from += 2 * stride)
		for (int c = 0; c < columns; c += AMX_COLUMNS)
			amx_pair(from + c, k + 1 < depth ? from + stride + c : NULL, at_most(columns - c, AMX_COLUMNS),
				right + c / AMX_COLUMNS * DENSE_AMX_RIGHT + k / 2 * AMX_COLUMNS);
}

/* right = the transpose of the columns rows at from, depth numbers each */
INLINE void dense_amx_right_transposed(const real *from, ptrdiff_t stride, int depth, int columns, uint32_t *right)
{
	for (int c = 0; c < columns; c += AMX_COLUMNS)
		for (int k = 0; k < depth; k += AMX_CHUNK) {
			ALIGNED bf16 rows[AMX_COLUMNS * AMX_CHUNK];
			const int n = at_most(columns - c, AMX_COLUMNS), numbers = at_most(depth - k, AMX_CHUNK);
			if (n < AMX_COLUMNS || numbers < AMX_CHUNK)
				memset(rows, 0, sizeof rows);
			for (int i = 0; i < n; i++)
				amx_narrow(from + (c + i) * stride + k, numbers, rows + i * AMX_CHUNK);
			amx_transpose((const amx_any *)rows, AMX_COLUMNS, right + c / AMX_COLUMNS * DENSE_AMX_RIGHT + k / 2 * AMX_COLUMNS,
				AMX_COLUMNS);
		}
}

/* ---- products ---- */

/* sums[rows][columns] (+)= left * right, up to DENSE_AMX_PAIR rows; those of sums lie `row` apart */
INLINE void dense_amx_multiply(int rows, int columns, int depth, const bf16 *left, const uint32_t *right, bool add, float *sums,
	int row)
{
	const int chunks = amx_up(depth, AMX_CHUNK) / AMX_CHUNK;
	const struct amx_left a = {left, DENSE_AMX_DEPTH, AMX_ROWS * DENSE_AMX_DEPTH, chunks, 0};
	for (int c = 0; c < columns; c += 2 * AMX_COLUMNS) {
		const struct amx_right b = {(const bf16 *)(const void *)(right + c / AMX_COLUMNS * DENSE_AMX_RIGHT), AMX_CHUNK,
			2 * DENSE_AMX_RIGHT, AMX_TILE};
		amx_blocks(at_most(dense_tiles(rows, AMX_ROWS), 2), at_most(dense_tiles(columns - c, AMX_COLUMNS), 2), chunks, a, b,
			(struct amx_sums){sums + c, row, AMX_ROWS * row}, add);
	}
}

/* to[rows][n] = (to +) sums; rows lie so far apart */
INLINE void dense_amx_store(const float *sums, int row, int rows, int n, bool add, ptrdiff_t stride, real *to)
{
	for (int r = 0; r < rows; r++, sums += row, to += stride)
		for (int c = 0; c < n; c += LANES) {
			const vec sum = vec_load((const real *)sums + c);
			vec_store_channels(to, add ? vec_load_channels(to, c, n) + sum : sum, c, n);
		}
}

/* sums[row of the tile][DENSE_AMX_COLUMNS] = x[n][in] * w for one tile; rows of x are a sample apart. sums has room for
 * DENSE_AMX_SAMPLES * DENSE_AMX_COLUMNS. */
INLINE struct dense_tile dense_amx_forward(int in, int out, int n, int threads, ptrdiff_t sample, const real *x, const real *w,
	int tile, float *sums)
{
	const int width = dense_amx_columns(out), most = dense_amx_rows(n, dense_tiles(out, width), threads);
	const struct dense_tile t = dense_tile(out, width, n, most, tile);
	SCRATCH(bf16, left, LEFT, DENSE_AMX_PAIR * DENSE_AMX_DEPTH);
	SCRATCH(uint32_t, right, RIGHT, DENSE_AMX_COLUMNS / AMX_COLUMNS * DENSE_AMX_RIGHT);

	x += t.first_row * sample;
	amx_open(AMX_ROWS);
	for (int k = 0; k < in; k += DENSE_AMX_DEPTH) {
		const int depth = at_most(in - k, DENSE_AMX_DEPTH);
		dense_amx_right(w + (ptrdiff_t)k * out + t.first, out, depth, t.columns, right);
		for (int r = 0; r < t.rows; r += DENSE_AMX_PAIR) {
			dense_amx_left(x + r * sample + k, sample, at_most(t.rows - r, DENSE_AMX_PAIR), depth, left);
			dense_amx_multiply(t.rows - r, t.columns, depth, left, right, k > 0, sums + r * DENSE_AMX_COLUMNS, DENSE_AMX_COLUMNS);
		}
	}
	amx_close();
	return t;
}

/* dw[in][out] = sum over n of x[n][in] * dy[n][out], and db of dy unrounded, for one tile */
INLINE void dense_amx_weights(int in, int out, int n, int threads, ptrdiff_t sample, const real *x, const real *dy, real *dw,
	real *db, int tile)
{
	const struct dense_tile t = dense_tile(out, dense_amx_columns(out), in, dense_amx_weights_inputs(in, threads), tile);
	SCRATCH(bf16, left, LEFT, DENSE_AMX_WEIGHTS * DENSE_AMX_DEPTH);
	SCRATCH(uint32_t, right, RIGHT, DENSE_AMX_COLUMNS / AMX_COLUMNS * DENSE_AMX_RIGHT);
	SCRATCH(float, sums, SUMS, DENSE_AMX_WEIGHTS * DENSE_AMX_COLUMNS);

	if (db && t.first_row == 0)
		memset(db + t.first, 0, sizeof *db * (size_t)t.columns);
	if (n == 0)
		memset(sums, 0, sizeof *sums * DENSE_AMX_WEIGHTS * DENSE_AMX_COLUMNS);
	dy += t.first;
	amx_open(AMX_ROWS);
	for (int k = 0; k < n; k += DENSE_AMX_DEPTH, dy += DENSE_AMX_DEPTH * sample) {
		const int depth = at_most(n - k, DENSE_AMX_DEPTH);
		dense_amx_right(dy, sample, depth, t.columns, right);
		dense_amx_left_transposed(x + k * sample + t.first_row, sample, depth, t.rows, left);
		for (int r = 0; r < t.rows; r += DENSE_AMX_PAIR)
			dense_amx_multiply(t.rows - r, t.columns, depth, left + r * DENSE_AMX_DEPTH, right, k > 0, sums + r * DENSE_AMX_COLUMNS,
				DENSE_AMX_COLUMNS);
		for (int r = 0; db && t.first_row == 0 && r < depth; r++)
			for (int o = 0; o < t.columns; o++)
				db[t.first + o] += dy[r * sample + o];
	}
	amx_close();
	dense_amx_store(sums, DENSE_AMX_COLUMNS, t.rows, t.columns, false, out, dw + (ptrdiff_t)t.first_row * out + t.first);
}

/* dx[n][in] = (dx +) dy[n][out] * w' for one tile */
INLINE void dense_amx_data(int in, int out, int n, int threads, ptrdiff_t sample, const real *dy, const real *w, real *dx,
	bool add, int tile)
{
	const int width = dense_amx_data_inputs(in, threads);
	const struct dense_tile t = dense_tile(in, width, n, dense_amx_rows(n, dense_tiles(in, width), threads), tile);
	SCRATCH(bf16, left, LEFT, DENSE_AMX_PAIR * DENSE_AMX_DEPTH);
	SCRATCH(uint32_t, right, RIGHT, DENSE_AMX_DATA / AMX_COLUMNS * DENSE_AMX_RIGHT);
	SCRATCH(float, sums, SUMS, DENSE_AMX_PAIR * DENSE_AMX_DATA);

	dy += t.first_row * sample;
	dx += t.first_row * sample + t.first;
	amx_open(AMX_ROWS);
	for (int k = 0; k < out; k += DENSE_AMX_DEPTH) {
		const int depth = at_most(out - k, DENSE_AMX_DEPTH);
		dense_amx_right_transposed(w + (ptrdiff_t)t.first * out + k, out, depth, t.columns, right);
		for (int r = 0; r < t.rows; r += DENSE_AMX_PAIR) {
			const int pair = at_most(t.rows - r, DENSE_AMX_PAIR);
			dense_ask(dx + r * sample, sample, pair, t.columns);
			dense_amx_left(dy + r * sample + k, sample, pair, depth, left);
			dense_amx_multiply(pair, t.columns, depth, left, right, false, sums, DENSE_AMX_DATA);
			dense_amx_store(sums, DENSE_AMX_DATA, pair, t.columns, add || k > 0, sample, dx + r * sample);
		}
	}
	amx_close();
}

#endif
