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
	DENSE_DEPTH = 64,               /* numbers of a row that are looked at together: a bit for each */
	DENSE_RUN = 256,                /* of the sum, between one sample and the next: whole depths */
	DENSE_COLUMNS = 128,            /* outputs of a tile at most: DENSE_DEPTH rows of them fit the first-level cache */
	DENSE_BLOCK = BLOCK_ROWS_MOST,  /* rows that are multiplied the one way or the other */
	DENSE_WHOLE = 48,               /* whole blocks and whole vectors */
	DENSE_SAMPLES = 10 * DENSE_WHOLE,       /* of a tile at most */
	DENSE_WEIGHTS = 6 * DENSE_WHOLE,        /* inputs of a tile of weights at most */
	DENSE_DATA = 4 * DENSE_COLUMNS, /* inputs of a tile of samples at most */
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

/* Samples of a tile of so many, in such wholes, beside so many tiles of columns: threads share the columns first, since each
 * tile of samples reads all weights of its columns once more, and then the samples, not too many or too few each. A host may
 * have none. */
INLINE int dense_samples(int n, int tiles, int threads, int whole, int most)
{
	const int each = dense_tiles(n, dense_tiles(threads, tiles));
	return n == 0 ? whole : at_most(dense_tiles(each, whole) * whole, most);
}

INLINE int dense_rows(int n, int tiles, int threads)
{
	return dense_samples(n, tiles, threads, DENSE_BLOCK, DENSE_SAMPLES);
}

/* Inputs of a tile, in such wholes: n of them make some tiles for each thread */
INLINE int dense_inputs(int n, int threads, int whole, int most)
{
	return at_most(dense_tiles(dense_tiles(n, 2 * threads), whole) * whole, most);
}

/* Those of a tile of weights, and of a tile of samples */
INLINE int dense_weights_inputs(int n, int threads)
{
	return dense_inputs(n, threads, DENSE_WHOLE, DENSE_WEIGHTS);
}

INLINE int dense_data_inputs(int n, int threads)
{
	return dense_inputs(n, threads, dense_columns(n), DENSE_DATA);
}

/* Asks the memory for rows that are needed soon */
INLINE void dense_ask(const real *rows, ptrdiff_t stride, int n, int columns)
{
	for (int r = 0; r < n; r++)
		for (int c = 0; c < columns; c += 64 / (int)sizeof(real))
			__builtin_prefetch(rows + r * stride + c);
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
	for (int r = 0; r < width; r += LANES)
		for (int c = 0; c < columns; c += LANES) {
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

/* c[n][width] += left * right[depth][width], n <= DENSE_BLOCK, depth <= DENSE_DEPTH; left's rows lie row apart. */
INLINE void dense_block(int n, int depth, const real *restrict left, ptrdiff_t row, const real *restrict right, int width,
	real *restrict c)
{
	uint64_t bits[DENSE_BLOCK];
	int numbers = 0;
	for (int r = 0; r < n; r++) {
		bits[r] = depth == DENSE_DEPTH ? vec_nonzero(left + r * row, DENSE_DEPTH) : vec_nonzero(left + r * row, depth);
		numbers += __builtin_popcountll(bits[r]);
	}
	if (n == DENSE_BLOCK && !dense_pays(numbers, n * depth, width))
		matrix_multiply(DENSE_BLOCK, width / LANES, depth, (struct matrix){left, row, 1}, right, width, c, width, true);
	else
		for (int r = 0; r < n; r++)
			dense_row(bits[r], left + r * row, right, width, c + r * width);
}

/* The same for any depth */
INLINE void dense_multiply(int n, int depth, const real *restrict left, ptrdiff_t row, const real *restrict right, int width,
	real *restrict c)
{
	for (int k = 0; k < depth; k += DENSE_DEPTH)
		dense_block(n, at_most(depth - k, DENSE_DEPTH), left + k, row, right + (ptrdiff_t)k * width, width, c);
}

/* A tile of a matrix of n rows and out columns: rows from first_row on, columns from first on */
struct dense_tile { int first_row, rows, first, columns; };

INLINE struct dense_tile dense_tile(int out, int width, int n, int rows, int tile)
{
	const int tiles = dense_tiles(out, width), row = tile / tiles * rows, column = tile % tiles * width;
	return (struct dense_tile){row, at_most(n - row, rows), column, at_most(out - column, width)};
}

/* sums[row of the tile][dense_columns(out)] = x[n][in] * w for one tile; rows of x are a sample apart. sums has room for
 * DENSE_SAMPLES * DENSE_COLUMNS. */
INLINE struct dense_tile dense_forward(int in, int out, int n, int threads, ptrdiff_t sample, const real *x, const real *w,
	int tile, real *sums)
{
	const int width = dense_columns(out), most = dense_rows(n, dense_tiles(out, width), threads);
	const struct dense_tile t = dense_tile(out, width, n, most, tile);
	const bool as_it_is = width == out && t.rows <= 2 * DENSE_BLOCK;      /* a copy pays once it is read more often */
	SCRATCH(real, copy, RIGHT, DENSE_RUN * DENSE_COLUMNS);

	memset(sums, 0, sizeof *sums * (size_t)(t.rows * width));
	for (int k = 0; k < in; k += DENSE_RUN) {
		const int depth = at_most(in - k, DENSE_RUN);
		const real *right = as_it_is ? w + (ptrdiff_t)k * out : copy;
		if (!as_it_is)
			dense_copy(w + (ptrdiff_t)k * out + t.first, out, depth, t.columns, width, copy);
		for (int r = 0; r < t.rows; r += DENSE_BLOCK)
			dense_multiply(at_most(t.rows - r, DENSE_BLOCK), depth, x + (t.first_row + r) * sample + k, sample, right, width,
				sums + r * width);
	}
	return t;
}

/* dw[in][out] = sum over n of x[n][in] * dy[n][out], and db of dy, for one tile */
INLINE void dense_weights(int in, int out, int n, int threads, ptrdiff_t sample, const real *x, const real *dy, real *dw,
	real *db, int tile)
{
	const int width = dense_columns(out);
	const struct dense_tile t = dense_tile(out, width, in, dense_weights_inputs(in, threads), tile);
	SCRATCH(real, left, LEFT, DENSE_WEIGHTS * DENSE_DEPTH);
	SCRATCH(real, right, RIGHT, DENSE_DEPTH * DENSE_COLUMNS);
	SCRATCH_ZEROS(real, c, SUMS, DENSE_WEIGHTS * DENSE_COLUMNS);

	if (db && t.first_row == 0)
		memset(db + t.first, 0, sizeof *db * (size_t)t.columns);
	for (int k = 0; k < n; k += DENSE_DEPTH) {
		const int depth = at_most(n - k, DENSE_DEPTH);
		dense_transpose(x + k * sample + t.first_row, sample, depth, t.rows, DENSE_DEPTH, left);
		dense_copy(dy + k * sample + t.first, sample, depth, t.columns, width, right);
		for (int r = 0; r < t.rows; r += DENSE_BLOCK)
			dense_block(at_most(t.rows - r, DENSE_BLOCK), depth, left + r * DENSE_DEPTH, DENSE_DEPTH, right, width, c + r * width);
		for (int r = 0; db && t.first_row == 0 && r < depth; r++)
			for (int o = 0; o < t.columns; o++)
				db[t.first + o] += right[r * width + o];
	}
	for (int r = 0; r < t.rows; r++)
		memcpy(dw + (ptrdiff_t)(t.first_row + r) * out + t.first, c + r * width, sizeof *dw * (size_t)t.columns);
}

/* Columns of one panel of a tile of dx: dx[n][columns] = (dx +) left * right */
INLINE void dense_data_panel(int n, int depth, ptrdiff_t sample, const real *left, const real *right, int width, int columns,
	real *dx, bool add)
{
	ALIGNED real c[DENSE_BLOCK * DENSE_COLUMNS] = {0};
	dense_multiply(n, depth, left, sample, right, width, c);
	for (int r = 0; r < n; r++)
		for (int i = 0; i < columns; i += LANES) {
			real *to = dx + r * sample;
			const vec sum = vec_load(c + r * width + i);
			vec_store_channels(to, add ? vec_load_channels(to, i, columns) + sum : sum, i, columns);
		}
}

/* dx[n][in] = (dx +) dy[n][out] * w' for one tile, whose columns lie in panels */
INLINE void dense_data(int in, int out, int n, int threads, ptrdiff_t sample, const real *dy, const real *w, real *dx, bool add,
	int tile)
{
	const int width = dense_columns(in), wide = dense_data_inputs(in, threads);
	const struct dense_tile t = dense_tile(in, wide, n, dense_rows(n, dense_tiles(in, wide), threads), tile);
	SCRATCH(real, right, RIGHT, DENSE_RUN * DENSE_DATA);

	dx += t.first_row * sample + t.first;
	for (int k = 0; k < out; k += DENSE_RUN) {
		const int depth = at_most(out - k, DENSE_RUN);
		for (int c = 0; c < t.columns; c += width)
			dense_transpose(w + (ptrdiff_t)(t.first + c) * out + k, out, at_most(t.columns - c, width), depth, width,
				right + c * DENSE_RUN);
		for (int r = 0; r < t.rows; r += DENSE_BLOCK) {
			const int block = at_most(t.rows - r, DENSE_BLOCK);
			dense_ask(dx + r * sample, sample, block, t.columns);
			for (int c = 0; c < t.columns; c += width)
				dense_data_panel(block, depth, sample, dy + (t.first_row + r) * sample + k, right + c * DENSE_RUN, width,
					at_most(t.columns - c, width), dx + r * sample + c, add || k > 0);
		}
	}
}

#endif
