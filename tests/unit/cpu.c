/* What generated kernels are written in: elementary functions against libm, random words against the published ones,
 * vectors' ends, and small matrix products. */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/dense.h"

static int wrong;

static void expect(bool good, const char *what)
{
	if (!good && ++wrong)
		printf("wrong: %s\n", what);
}

/* ---- real.h ---- */

static void compare(const char *name, real (*f)(real), double (*right)(double), double from, double to)
{
	enum { STEPS = 20000 };
	double worst = 0;
	for (int i = 0; i <= STEPS; i++) {
		const real x = (real)(from + (to - from) * i / STEPS);
		const double y = right((double)x), error = fabs((double)f(x) - y) / (fabs(y) + FLT_MIN);
		worst = error > worst || error != error ? error : worst;
	}
	if (!(worst < 4 * (double)FLT_EPSILON) && ++wrong)
		printf("wrong: %s from %g to %g: error %g\n", name, from, to, worst);
}

static void functions(void)
{
	compare("exp", real_exp, exp, -87, 88.7);
	compare("expm1", real_expm1, expm1, -80, 88.7);
	compare("expm1", real_expm1, expm1, -0.01, 0.01);
	compare("log", real_log, log, 1e-30, 4);
	compare("log", real_log, log, 1, 1e30);
	compare("log1p", real_log1p, log1p, -0.99, 4);
	compare("log1p", real_log1p, log1p, -1e-6, 1e-6);
	compare("tanh", real_tanh, tanh, -10, 10);
	compare("tanh", real_tanh, tanh, -1e-3, 1e-3);
}

static void ends(void)
{
	const volatile real nan = NAN, infinite = INFINITY, zero = 0;
	expect(real_exp(nan) != real_exp(nan) && real_expm1(nan) != real_expm1(nan), "e to NaN is NaN");
	expect(real_log(nan) != real_log(nan) && real_log1p(nan) != real_log1p(nan), "log NaN is NaN");
	expect(real_tanh(nan) != real_tanh(nan), "tanh NaN is NaN");
	expect(real_max(nan, zero) != real_max(nan, zero) && real_max(zero, nan) != real_max(zero, nan), "max keeps NaN");
	expect(real_max(zero, 2) == 2 && real_max(3, zero) == 3 && real_max(infinite, zero) == INFINITY, "the larger of two");
	expect(real_min(zero, 2) == 0 && real_min(-3, zero) == -3 && real_min(-infinite, zero) == -INFINITY, "the smaller of two");
	expect(real_min(nan, zero) != real_min(nan, zero) && real_min(zero, nan) != real_min(zero, nan), "min keeps NaN");
	expect(real_exp(infinite) == INFINITY && real_exp(-infinite) == 0, "exp at the ends");
	expect(real_expm1(infinite) == INFINITY && real_expm1(-infinite) == -1, "expm1 at the ends");
	expect(real_log(zero) == -INFINITY && real_log(infinite) == INFINITY, "log at the ends");
	expect(real_log(-1 + zero) != real_log(-1 + zero), "log of -1 is NaN");
	expect(real_log1p(-1 + zero) == -INFINITY && real_log1p(infinite) == INFINITY, "log1p at the ends");
	expect(real_tanh(infinite) == 1 && real_tanh(-infinite) == -1, "tanh at the ends");
}

/* ---- philox.h ---- */

/* The known answers of Random123's distribution, for counters and keys of all zeros and all ones. */
static void words(void)
{
	static const uint32_t zeros[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
	static const uint32_t ones[] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
	const struct philox none = philox_of(0, 0, 0, 0), all = {{0xffffffff, 0xffffffff}, 0xffffffff, ~0ull};
	philox_lanes w[4][PHILOX_GROUPS];
	philox_rounds(&all, 0xffffffff, w);
	for (uint32_t i = 0; i < 4; i++) {
		expect(philox_word(&none, i) == zeros[i], "random words of zeros");
		expect((uint32_t)w[i][0][0] == ones[i], "random words of ones");
	}
}

static void runs(void)
{
	enum { FIRST = 64, COUNT = 1000 };
	static uint32_t words[COUNT + PHILOX_BLOCK];
	static uint8_t keep[COUNT + PHILOX_BLOCK];
	const struct philox p = philox_of(123456789012345, 3, 77, 5);
	int kept = 0;
	philox_words(&p, FIRST, COUNT, words);
	philox_keep(&p, FIRST, COUNT, 0.25, keep);
	for (uint32_t i = 0; i < COUNT; i++) {
		expect(words[i] == philox_word(&p, FIRST + i), "a run of words is its words");
		expect(keep[i] == (words[i] >= 0x40000000 ? 0xff : 0), "a word below the rate drops");
		kept += keep[i] != 0;
	}
	expect(kept > 700 && kept < 800, "three quarters are kept");
}

/* ---- cpu.h ---- */

static void tails(void)
{
	for (int n = 1; n < LANES; n++) {
		real *numbers = malloc(sizeof *numbers * (size_t)n);   /* so that a sanitizer sees a step too far */
		for (int i = 0; i < n; i++)
			numbers[i] = (real)(i + 1);
		const vec v = vec_load_tail(numbers, n);
		for (int i = 0; i < LANES; i++)
			expect(v[i] == (i < n ? (real)(i + 1) : 0), "a tail, then zeros");
		vec_store_tail(numbers, v + v, n);
		for (int i = 0; i < n; i++)
			expect(numbers[i] == (real)(2 * i + 2), "a tail stored");
		free(numbers);
	}
}

static void bytes(void)
{
	enum { ROW = 2 * LANES - 1 };           /* a vector and a tail */
	uint8_t in[ROW], out[ROW + 1] = {0};
	for (int i = 0; i < ROW; i++)
		in[i] = (uint8_t)(i % 3 == 0 ? 0xff : i % 3 == 1 ? 0x80 : i);
	for (int c = 0; c < ROW; c += LANES) {
		const vec_mask wide = vec_load_bytes(in, c, ROW);
		vec_store_bytes(out, wide, c, ROW);
		for (int i = 0; i < LANES; i++)
			expect(wide[i] == (c + i < ROW ? (int8_t)in[c + i] : 0), "bytes sign-extended");
	}
	expect(!memcmp(in, out, ROW) && out[ROW] == 0, "bytes back");
}

static void selects(void)
{
	const vec low = vec_broadcast(-2);
	vec some = low;
	some[LANES - 1] = 3;
	const vec chosen = vec_select((vec_mask)(some > low), some, low - 1);
	for (int i = 0; i < LANES; i++)
		expect(chosen[i] == (i == LANES - 1 ? 3 : -3), "lanes chosen");
}

static void largest(void)
{
	for (int k = 0; k < 4; k++) {
		vec a[4], equal = vec_broadcast(2);
		vec_mask which;
		for (int i = 0; i < 4; i++)
			a[i] = vec_broadcast((real)(i == k ? 5 : i));
		expect(vec_largest(a[0], a[1], a[2], a[3], &which)[0] == 5 && which[0] == k, "the largest of four");
		vec_largest(equal, equal, equal, equal, &which);
		expect(which[LANES - 1] == 0, "the first of equals");
	}
}

/* ---- matrix.h ---- */

static void products(void)
{
	enum { ROWS = 17, COLUMNS = 2 * LANES * BLOCK_COLUMNS + LANES, DEPTH = 5 };
	static real a[ROWS * DEPTH], b[DEPTH * COLUMNS], packed[DEPTH * COLUMNS], c[ROWS * COLUMNS];
	for (int i = 0; i < ROWS * DEPTH; i++)
		a[i] = (real)(i % 7 - 3);
	for (int k = 0; k < DEPTH; k++)
		for (int n = 0; n < COLUMNS; n++)
			packed[packed_at(COLUMNS / LANES, DEPTH, k, n)] = b[k * COLUMNS + n] = (real)((k * 31 + n) % 5 - 2);
	matrix_multiply(ROWS, COLUMNS / LANES, DEPTH, (struct matrix){a, DEPTH, 1}, packed, 0, c, COLUMNS, false);
	matrix_multiply(ROWS, COLUMNS / LANES, DEPTH, (struct matrix){a, DEPTH, 1}, b, COLUMNS, c, COLUMNS, true);
	for (int m = 0; m < ROWS; m++)
		for (int n = 0; n < COLUMNS; n++) {
			real sum = 0;
			for (int k = 0; k < DEPTH; k++)
				sum += a[m * DEPTH + k] * b[k * COLUMNS + n];
			expect(c[m * COLUMNS + n] == 2 * sum, "a product, packed and plain");
		}
}

INLINE void whole_blocks(int columns)
{
	enum { ROOM = 2 * BLOCK_ROWS_MOST, WIDTH = BLOCK_COLUMNS * LANES };
	static real a[ROOM], b[WIDTH], c[(ROOM + 1) * WIDTH];
	for (int n = 0; n < WIDTH; n++)
		b[n] = 1;
	for (int rows = 1; rows <= ROOM; rows++) {
		const int room = (rows + BLOCK_ROWS_MOST - 1) / BLOCK_ROWS_MOST * BLOCK_ROWS_MOST;
		for (int i = 0; i < ROOM; i++)
			a[i] = 2;
		for (int i = 0; i < (ROOM + 1) * WIDTH; i++)
			c[i] = 7;
		matrix_whole(rows, columns, 1, (struct matrix){a, 1, 1}, b, WIDTH, c, WIDTH, false);
		expect(c[(rows - 1) * WIDTH] == 2, "whole blocks reach the last row");
		expect(c[room * WIDTH] == 7, "whole blocks end where BLOCK_ROWS_MOST rows do");
	}
}

/* ---- dense.h ---- */

/* Rows together are multiplied as a block or number by number, rows alone number by number: the sums are the same bits. */
static void few_and_many(void)
{
	enum { DEPTH = DENSE_DEPTH - 3, WIDTH = DENSE_SUMS * LANES + LANES };
	static ALIGNED real left[DENSE_BLOCK * DENSE_DEPTH], right[DENSE_DEPTH * WIDTH], together[DENSE_BLOCK * WIDTH],
		alone[DENSE_BLOCK * WIDTH];
	for (int zeros = 1; zeros <= 16; zeros *= 4) {              /* of so many numbers one is not zero */
		for (int i = 0; i < DENSE_BLOCK * DENSE_DEPTH; i++)
			left[i] = (real)(i % 13 - 6) / 3 * (real)(i * 7 % zeros == 0);
		for (int i = 0; i < DENSE_DEPTH * WIDTH; i++)
			right[i] = (real)(i % 17 - 8) / 7;
		for (int i = 0; i < DENSE_BLOCK * WIDTH; i++)
			together[i] = alone[i] = (real)i;
		dense_block(DENSE_BLOCK, DEPTH, left, DENSE_DEPTH, right, WIDTH, together);
		for (int r = 0; r < DENSE_BLOCK; r++)
			dense_block(1, DEPTH, left + r * DENSE_DEPTH, DENSE_DEPTH, right, WIDTH, alone + r * WIDTH);
		expect(!memcmp(together, alone, sizeof alone), "zeros left out change no sum");
		double sum = WIDTH + 1;
		for (int k = 0; k < DEPTH; k++)
			sum += (double)left[DENSE_DEPTH + k] * (double)right[k * WIDTH + 1];
		expect(fabs((double)together[WIDTH + 1] - sum) < 1e-3, "a sum is that of the products");
	}
}

/* Copies end in zeros, not in what lies behind. */
static void copies(void)
{
	enum { ROWS = LANES + 1, COLUMNS = 2 * LANES - 1, WIDTH = 2 * LANES };
	real from[ROWS * COLUMNS], to[WIDTH * WIDTH];
	for (int i = 0; i < ROWS * COLUMNS; i++)
		from[i] = (real)(i + 1);
	dense_copy(from, COLUMNS, ROWS, COLUMNS, WIDTH, to);
	for (int i = 0; i < ROWS * WIDTH; i++)
		expect(to[i] == (i % WIDTH < COLUMNS ? from[i / WIDTH * COLUMNS + i % WIDTH] : 0), "a copy, then zeros");
	dense_transpose(from, COLUMNS, ROWS, COLUMNS, WIDTH, to);
	for (int i = 0; i < COLUMNS * WIDTH; i++)
		expect(to[i] == (i % WIDTH < ROWS ? from[i % WIDTH * COLUMNS + i / WIDTH] : 0), "a transpose, then zeros");
}

int main(void)
{
	functions();
	ends();
	words();
	runs();
	tails();
	bytes();
	selects();
	largest();
	products();
	UNROLL for (int columns = 1; columns <= BLOCK_COLUMNS; columns++)
		whole_blocks(columns);
	few_and_many();
	copies();
	return wrong != 0;
}
