/* Matrix products over the batch, tile by tile, each tile by one thread, that leave zeros out.
 *
 * Behind ReLU and dropout most values and gradients are zeros. A product's left operand is looked at row by row: a block of
 * rows with few numbers that are not zero is multiplied number by number, each with a row of the right operand, else whole.
 * Both ways add in the same order. The right operand is copied, a block at a time, into the first-level cache, where
 * zeros fill its last columns.
 */
#ifndef TRAINC_DENSE_H
#define TRAINC_DENSE_H
#include "matrix.h"

enum {
	DENSE_DEPTH = 64,               /* of a block of the sum: a bit for each number of a row */
	DENSE_COLUMNS = 128,            /* of a tile at most: DENSE_DEPTH rows of them fit the first-level cache */
	DENSE_BLOCK = BLOCK_ROWS_MOST,  /* rows that are multiplied the one way or the other */
	DENSE_ROWS = 144,               /* of a tile at most: whole blocks and whole vectors */
	DENSE_SUMS = 8                  /* vectors of one row's sums in registers */
};

INLINE int dense_tiles(int n, int of)
{
	return (n + of - 1) / of;
}

/* Columns of the tiles of a matrix with n columns, in whole vectors */
INLINE int dense_columns(int n)
{
	return padded(at_most(n, DENSE_COLUMNS));
}

/* Samples of a tile of so many, beside so many tiles of columns: threads share the columns first, since each tile of samples
 * reads all weights of its columns once more, and then the samples, not too many or too few each. A host may have none. */
INLINE int dense_rows(int n, int tiles, int threads)
{
	const int each = dense_tiles(n, dense_tiles(threads, tiles));
	return n == 0 ? DENSE_BLOCK : at_most(dense_tiles(each, DENSE_BLOCK) * DENSE_BLOCK, DENSE_ROWS);
}

/* Rows of a matrix that are needed next, and lie too far apart for the machine to see what comes */
struct dense_next { const real *at; ptrdiff_t stride; int rows, columns; };

/* Asks for its rows first, first + step .. */
INLINE void dense_ask(struct dense_next next, int first, int step)
{
	for (int r = first; r < next.rows; r += step)
		for (int c = 0; c < next.columns; c += 64 / (int)sizeof(real))
			__builtin_prefetch(next.at + r * next.stride + c);
}

/* ---- copies ---- */

/* to[rows][width] = the rows x columns at from; zeros to the right */
INLINE void dense_copy(const real *from, ptrdiff_t stride, int rows, int columns, int width, real *to)
{
	for (int r = 0; r < rows; r++, from += stride, to += width)
		for (int c = 0; c < width; c += LANES)
			vec_store(to + c, c < columns ? vec_load_channels(from, c, columns) : (vec){0});
}

/* to[columns up to whole vectors][width] = the transpose of the rows x columns at from; zeros to the right */
INLINE void dense_transpose(const real *from, ptrdiff_t stride, int rows, int columns, int width, real *to)
{
	for (int c = 0; c < columns; c += LANES)
		for (int r = 0; r < width; r += LANES) {
			vec v[LANES];
			UNROLL for (int i = 0; i < LANES; i++)
				v[i] = r + i < rows ? vec_load_channels(from + (r + i) * stride, c, columns) : (vec){0};
			vec_transpose(v);
			UNROLL for (int i = 0; i < LANES; i++)
				vec_store(to + (c + i) * width + r, v[i]);
		}
}

/* ---- products ---- */

/* So many vectors of c += left[k] * right[k][..] for each bit k */
INLINE void dense_few(int vectors, uint64_t bits, const real *restrict left, const real *restrict right, int width,
	real *restrict c)
{
	vec sum[DENSE_SUMS];
	UNROLL for (int i = 0; i < vectors; i++)
		sum[i] = vec_load(c + i * LANES);
	for (; bits; bits &= bits - 1) {
		const int k = __builtin_ctzll(bits);
		const real *from = right + k * width;
		OPAQUE(from);
		const vec number = vec_broadcast(left[k]);
		UNROLL for (int i = 0; i < vectors; i++)
			sum[i] += number * vec_load(from + i * LANES);
	}
	UNROLL for (int i = 0; i < vectors; i++)
		vec_store(c + i * LANES, sum[i]);
}

/* One row of a product */
INLINE void dense_row(uint64_t bits, const real *restrict left, const real *restrict right, int width, real *restrict c)
{
	enum { STEP = DENSE_SUMS * LANES };
	const int whole = width / STEP * STEP;
	for (int at = 0; at < whole; at += STEP)
		dense_few(DENSE_SUMS, bits, left, right + at, width, c + at);
	if (whole < width)
		dense_few((width - whole) / LANES, bits, left, right + whole, width, c + whole);
}

/* Few enough of n that leaving the others out pays: a number costs about two vectors more by itself. */
INLINE bool dense_pays(int numbers, int n, int width)
{
	return numbers * (width / LANES + 2) < n * (width / LANES);
}

/* c[rows][width] += left * right[depth][width]; left's rows lie row apart. Meanwhile the memory is asked for what comes next, a
 * row of each at a time: asked for all at once it would have to be waited for. */
INLINE void dense_multiply(int rows, int depth, const real *restrict left, ptrdiff_t row, const real *restrict right, int width,
	real *restrict c, struct dense_next next, struct dense_next and_next)
{
	for (int m = 0; m < rows; m += DENSE_BLOCK, left += DENSE_BLOCK * row, c += DENSE_BLOCK * width) {
		const int n = at_most(rows - m, DENSE_BLOCK);
		uint64_t bits[DENSE_BLOCK];
		int numbers = 0;
		for (int r = 0; r < n; r++) {
			bits[r] = depth == DENSE_DEPTH ? vec_nonzero(left + r * row, DENSE_DEPTH) : vec_nonzero(left + r * row, depth);
			numbers += __builtin_popcountll(bits[r]);
			dense_ask(next, m + r, rows);
			dense_ask(and_next, m + r, rows);
		}
		if (n == DENSE_BLOCK && !dense_pays(numbers, n * depth, width))
			matrix_multiply(DENSE_BLOCK, width / LANES, depth, (struct matrix){left, row, 1}, right, width, c, width, true);
		else
			for (int r = 0; r < n; r++)
				dense_row(bits[r], left + r * row, right, width, c + r * width);
	}
}

/* y[n][out] = bias + x[n][in] * w for one tile; rows of x and y are a sample apart */
INLINE void dense_forward(int in, int out, int n, int threads, ptrdiff_t sample, const real *x, const real *w,
	const real *bias, real *y, int tile)
{
	const int width = dense_columns(out), tiles = dense_tiles(out, width), most = dense_rows(n, tiles, threads);
	const int first_row = tile / tiles * most, rows = at_most(n - first_row, most);
	const int first = tile % tiles * width, columns = at_most(out - first, width);
	ALIGNED real right[DENSE_DEPTH * DENSE_COLUMNS], c[DENSE_ROWS * DENSE_COLUMNS];

	for (int r = 0; r < rows; r++)
		for (int o = 0; o < width; o++)
			c[r * width + o] = bias && o < columns ? bias[first + o] : 0;
	for (int k = 0; k < in; k += DENSE_DEPTH) {
		const int depth = at_most(in - k, DENSE_DEPTH), then = at_most(in - k - depth, DENSE_DEPTH);
		const real *from = x + first_row * sample + k, *block = w + (ptrdiff_t)k * out + first;
		dense_copy(block, out, depth, columns, width, right);
		dense_multiply(rows, depth, from, sample, right, width, c, (struct dense_next){from + depth, sample, rows, then},
			(struct dense_next){block + (ptrdiff_t)depth * out, out, then, columns});
	}
	for (int r = 0; r < rows; r++)
		memcpy(y + (first_row + r) * sample + first, c + r * width, sizeof *y * (size_t)columns);
}

/* dw[in][out] = sum over n of x[n][in] * dy[n][out], and db of dy, for one tile */
INLINE void dense_weights(int in, int out, int n, ptrdiff_t sample, const real *x, const real *dy, real *dw, real *db,
	int tile)
{
	const int width = dense_columns(out), tiles = dense_tiles(out, width);
	const int first_row = tile / tiles * DENSE_ROWS, rows = at_most(in - first_row, DENSE_ROWS);
	const int first = tile % tiles * width, columns = at_most(out - first, width);
	ALIGNED real left[DENSE_ROWS * DENSE_DEPTH], right[DENSE_DEPTH * DENSE_COLUMNS], c[DENSE_ROWS * DENSE_COLUMNS] = {0};

	if (db && first_row == 0)
		memset(db + first, 0, sizeof *db * (size_t)columns);
	for (int k = 0; k < n; k += DENSE_DEPTH) {
		const int depth = at_most(n - k, DENSE_DEPTH), then = at_most(n - k - depth, DENSE_DEPTH);
		const real *from = x + k * sample + first_row;
		dense_transpose(from, sample, depth, rows, DENSE_DEPTH, left);
		dense_copy(dy + k * sample + first, sample, depth, columns, width, right);
		dense_multiply(rows, depth, left, DENSE_DEPTH, right, width, c,
			(struct dense_next){from + depth * sample, sample, then, rows}, (struct dense_next){0});
		for (int r = 0; db && first_row == 0 && r < depth; r++)
			for (int o = 0; o < columns; o++)
				db[first + o] += right[r * width + o];
	}
	for (int r = 0; r < rows; r++)
		memcpy(dw + (ptrdiff_t)(first_row + r) * out + first, c + r * width, sizeof *dw * (size_t)columns);
}

/* dx[n][in] = (dx +) dy[n][out] * w' for one tile */
INLINE void dense_data(int in, int out, int n, ptrdiff_t sample, const real *dy, const real *w, real *dx, bool add, int tile)
{
	const int width = dense_columns(in), tiles = dense_tiles(in, width);
	const int first_row = tile / tiles * DENSE_ROWS, rows = at_most(n - first_row, DENSE_ROWS);
	const int first = tile % tiles * width, columns = at_most(in - first, width);
	ALIGNED real right[DENSE_DEPTH * DENSE_COLUMNS], c[DENSE_ROWS * DENSE_COLUMNS] = {0};

	for (int k = 0; k < out; k += DENSE_DEPTH) {
		const int depth = at_most(out - k, DENSE_DEPTH), then = at_most(out - k - depth, DENSE_DEPTH);
		const real *block = w + (ptrdiff_t)first * out + k;
		dense_transpose(block, out, columns, depth, width, right);
		dense_multiply(rows, depth, dy + first_row * sample + k, sample, right, width, c,
			(struct dense_next){block + depth, out, columns, then},
			(struct dense_next){dx + first_row * sample + first, sample, then ? 0 : rows, columns});
	}
	for (int r = 0; r < rows; r++) {
		real *to = dx + (first_row + r) * sample + first;
		for (int i = 0; i < columns; i += LANES) {
			const vec sum = vec_load(c + r * width + i);
			vec_store_channels(to, add ? vec_load_channels(to, i, columns) + sum : sum, i, columns);
		}
	}
}

#endif
