/* Matrix products over the batch by AMX (amx.h), tile by tile, each tile by one thread: operands rounded to bfloat16 on their
 * way into local arrays, block by block of the sum, and float sums in another. */
#ifndef TRAINC_DENSE_AMX_H
#define TRAINC_DENSE_AMX_H
#include "amx.h"
#include "dense.h"

enum {
	DENSE_AMX_DEPTH = 128,          /* of a block of the sum */
	DENSE_AMX_ROWS = 128,           /* of a tile at most */
	DENSE_AMX_COLUMNS = 128         /* of a tile at most */
};

/* Columns of the tiles of a matrix with n columns, in whole tiles of the machine's */
INLINE int dense_amx_columns(int n)
{
	return amx_up(at_most(n, DENSE_AMX_COLUMNS), AMX_COLUMNS);
}

/* Samples of a tile, as dense_rows */
INLINE int dense_amx_rows(int n, int tiles, int threads)
{
	return n == 0 ? AMX_ROWS : at_most(amx_up(dense_tiles(n, dense_tiles(threads, tiles)), AMX_ROWS), DENSE_AMX_ROWS);
}

/* A block of operands, arranged as amx.h says: left [row][DENSE_AMX_DEPTH], right [tile of columns][pair][column], and sums
 * [row][DENSE_AMX_COLUMNS] */
struct dense_amx {
	ALIGNED bf16 left[DENSE_AMX_ROWS * DENSE_AMX_DEPTH];
	ALIGNED uint32_t right[DENSE_AMX_COLUMNS * DENSE_AMX_DEPTH / 2];
	ALIGNED float sums[DENSE_AMX_ROWS * DENSE_AMX_COLUMNS];
};

enum { DENSE_AMX_RIGHT = AMX_COLUMNS * DENSE_AMX_DEPTH / 2 };      /* pairs of a tile of columns */

/* ---- arranging: what is missing to whole tiles is zeros ---- */

/* left[rows][depth] = the rows at from */
INLINE void dense_amx_left(const real *from, ptrdiff_t stride, int rows, int depth, struct dense_amx *d)
{
	for (int r = 0; r < amx_up(rows, AMX_ROWS); r++, from += stride) {
		bf16 *to = d->left + r * DENSE_AMX_DEPTH;
		const int there = r < rows ? depth : 0;
		if (there)
			amx_narrow(from, there, to);
		memset(to + there, 0, sizeof *to * (size_t)(amx_up(depth, AMX_CHUNK) - there));
	}
}

/* left[columns][depth] = the transpose of the rows at from, depth of them */
INLINE void dense_amx_left_transposed(const real *from, ptrdiff_t stride, int depth, int columns, struct dense_amx *d)
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
			amx_transpose(pairs, AMX_COLUMNS, (amx_any *)(d->left + c * DENSE_AMX_DEPTH + k), DENSE_AMX_DEPTH / 2);
		}
}

/* right = the depth rows of so many columns at from */
INLINE void dense_amx_right(const real *from, ptrdiff_t stride, int depth, int columns, struct dense_amx *d)
{
	for (int c = 0; c < columns; c += AMX_COLUMNS) {
		uint32_t *to = d->right + c / AMX_COLUMNS * DENSE_AMX_RIGHT;
		const int n = at_most(columns - c, AMX_COLUMNS);
		if (n < AMX_COLUMNS || depth % AMX_CHUNK)
			memset(to, 0, sizeof *to * DENSE_AMX_RIGHT);
		for (int k = 0; k < depth; k += 2, to += AMX_COLUMNS)
			amx_pair(from + k * stride + c, k + 1 < depth ? from + (k + 1) * stride + c : NULL, n, to);
	}
}

/* right = the transpose of the columns rows at from, depth numbers each */
INLINE void dense_amx_right_transposed(const real *from, ptrdiff_t stride, int depth, int columns, struct dense_amx *d)
{
	for (int c = 0; c < columns; c += AMX_COLUMNS)
		for (int k = 0; k < depth; k += AMX_CHUNK) {
			ALIGNED bf16 rows[AMX_COLUMNS * AMX_CHUNK];
			const int n = at_most(columns - c, AMX_COLUMNS), numbers = at_most(depth - k, AMX_CHUNK);
			if (n < AMX_COLUMNS || numbers < AMX_CHUNK)
				memset(rows, 0, sizeof rows);
			for (int i = 0; i < n; i++)
				amx_narrow(from + (c + i) * stride + k, numbers, rows + i * AMX_CHUNK);
			amx_transpose((const amx_any *)rows, AMX_COLUMNS, d->right + c / AMX_COLUMNS * DENSE_AMX_RIGHT
				+ k / 2 * AMX_COLUMNS, AMX_COLUMNS);
		}
}

/* ---- products ---- */

/* sums[rows][columns] (+)= left * right. Meanwhile the memory is asked for what comes next. */
INLINE void dense_amx_multiply(int rows, int columns, int depth, bool add, struct dense_next next, struct dense_next and_next,
	struct dense_amx *d)
{
	const int chunks = amx_up(depth, AMX_CHUNK) / AMX_CHUNK, blocks = dense_tiles(rows, 2 * AMX_ROWS);
	for (int r = 0; r < rows; r += 2 * AMX_ROWS) {
		const struct amx_left a = {d->left + r * DENSE_AMX_DEPTH, DENSE_AMX_DEPTH, AMX_ROWS * DENSE_AMX_DEPTH, chunks, 0};
		for (int c = 0; c < columns; c += 2 * AMX_COLUMNS) {
			const struct amx_right b = {(const bf16 *)(const void *)(d->right + c / AMX_COLUMNS * DENSE_AMX_RIGHT), AMX_CHUNK,
				2 * DENSE_AMX_RIGHT, AMX_TILE};
			amx_blocks(at_most(dense_tiles(rows - r, AMX_ROWS), 2), at_most(dense_tiles(columns - c, AMX_COLUMNS), 2), chunks, a, b,
				(struct amx_sums){d->sums + r * DENSE_AMX_COLUMNS + c, DENSE_AMX_COLUMNS, AMX_ROWS * DENSE_AMX_COLUMNS}, add);
		}
		dense_ask(next, r / (2 * AMX_ROWS), blocks);
		dense_ask(and_next, r / (2 * AMX_ROWS), blocks);
	}
}

/* to[n] = (to or nothing) + (bias or nothing) + sums */
INLINE void dense_amx_row(const float *sums, const real *bias, int n, bool add, real *to)
{
	for (int c = 0; c < n; c += LANES) {
		vec sum = vec_load((const real *)sums + c);
		if (bias)
			sum += vec_load_channels(bias, c, n);
		if (add)
			sum += vec_load_channels(to, c, n);
		vec_store_channels(to, sum, c, n);
	}
}

/* y[n][out] = bias + x[n][in] * w for one tile; rows of x and y are a sample apart */
INLINE void dense_amx_forward(int in, int out, int n, int threads, ptrdiff_t sample, const real *x, const real *w,
	const real *bias, real *y, int tile)
{
	const int width = dense_amx_columns(out), tiles = dense_tiles(out, width), most = dense_amx_rows(n, tiles, threads);
	const int first_row = tile / tiles * most, rows = at_most(n - first_row, most);
	const int first = tile % tiles * width, columns = at_most(out - first, width);
	struct dense_amx d;

	amx_open(AMX_ROWS);
	for (int k = 0; k < in; k += DENSE_AMX_DEPTH) {
		const int depth = at_most(in - k, DENSE_AMX_DEPTH), then = at_most(in - k - depth, DENSE_AMX_DEPTH);
		const real *from = x + first_row * sample + k, *block = w + (ptrdiff_t)k * out + first;
		dense_amx_left(from, sample, rows, depth, &d);
		dense_amx_right(block, out, depth, columns, &d);
		dense_amx_multiply(rows, columns, depth, k > 0, (struct dense_next){from + depth, sample, rows, then},
			(struct dense_next){block + (ptrdiff_t)depth * out, out, then, columns}, &d);
	}
	amx_close();
	for (int r = 0; r < rows; r++)
		dense_amx_row(d.sums + r * DENSE_AMX_COLUMNS, bias ? bias + first : NULL, columns, false,
			y + (first_row + r) * sample + first);
}

/* dw[in][out] = sum over n of x[n][in] * dy[n][out], and db of dy unrounded, for one tile */
INLINE void dense_amx_weights(int in, int out, int n, ptrdiff_t sample, const real *x, const real *dy, real *dw, real *db,
	int tile)
{
	const int width = dense_amx_columns(out), tiles = dense_tiles(out, width);
	const int first_row = tile / tiles * DENSE_AMX_ROWS, rows = at_most(in - first_row, DENSE_AMX_ROWS);
	const int first = tile % tiles * width, columns = at_most(out - first, width);
	struct dense_amx d;

	if (db && first_row == 0)
		memset(db + first, 0, sizeof *db * (size_t)columns);
	if (n == 0)
		memset(d.sums, 0, sizeof d.sums);
	amx_open(AMX_ROWS);
	for (int k = 0; k < n; k += DENSE_AMX_DEPTH) {
		const int depth = at_most(n - k, DENSE_AMX_DEPTH), then = at_most(n - k - depth, DENSE_AMX_DEPTH);
		const real *from = x + k * sample + first_row, *right = dy + k * sample + first;
		dense_amx_left_transposed(from, sample, depth, rows, &d);
		dense_amx_right(right, sample, depth, columns, &d);
		dense_amx_multiply(rows, columns, depth, k > 0, (struct dense_next){from + depth * sample, sample, then, rows},
			(struct dense_next){0}, &d);
		for (int r = 0; db && first_row == 0 && r < depth; r++)
			for (int o = 0; o < columns; o++)
				db[first + o] += right[r * sample + o];
	}
	amx_close();
	for (int r = 0; r < rows; r++)
		dense_amx_row(d.sums + r * DENSE_AMX_COLUMNS, NULL, columns, false, dw + (ptrdiff_t)(first_row + r) * out + first);
}

/* dx[n][in] = (dx +) dy[n][out] * w' for one tile */
INLINE void dense_amx_data(int in, int out, int n, ptrdiff_t sample, const real *dy, const real *w, real *dx, bool add, int tile)
{
	const int width = dense_amx_columns(in), tiles = dense_tiles(in, width);
	const int first_row = tile / tiles * DENSE_AMX_ROWS, rows = at_most(n - first_row, DENSE_AMX_ROWS);
	const int first = tile % tiles * width, columns = at_most(in - first, width);
	struct dense_amx d;

	amx_open(AMX_ROWS);
	for (int k = 0; k < out; k += DENSE_AMX_DEPTH) {
		const int depth = at_most(out - k, DENSE_AMX_DEPTH), then = at_most(out - k - depth, DENSE_AMX_DEPTH);
		const real *block = w + (ptrdiff_t)first * out + k;
		dense_amx_left(dy + first_row * sample + k, sample, rows, depth, &d);
		dense_amx_right_transposed(block, out, depth, columns, &d);
		dense_amx_multiply(rows, columns, depth, k > 0, (struct dense_next){block + depth, out, columns, then},
			(struct dense_next){dx + first_row * sample + first, sample, then ? 0 : rows, columns}, &d);
	}
	amx_close();
	for (int r = 0; r < rows; r++)
		dense_amx_row(d.sums + r * DENSE_AMX_COLUMNS, NULL, columns, add, dx + (first_row + r) * sample + first);
}

#endif
