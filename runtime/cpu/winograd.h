/* Winograd's convolution F(4x4, 3x3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015):
 * a 4x4 tile of outputs from a 6x6 patch of inputs with 36 products instead of 144.
 *
 * y = A' [ (G w G') . (B' x B) ] A for each tile, the product being a matrix product over channels at each of the 36
 * points. Backward is the adjoint of each map: dw = G' [ (B' x B)' (A dy A') ] G, dx = B [ u' (A dy A') ] B'.
 * Transformed tensors are [point][tile of the block][padded channels], points winograd_point apart. Transformed weights
 * are [panel][point][depth][channels of the panel]; outputs are made panel by panel, so that what the 36 points of a
 * panel give stays in the first-level cache until it is transformed back.
 */
#ifndef TRAINC_WINOGRAD_H
#define TRAINC_WINOGRAD_H
#include "matrix.h"

enum { WINOGRAD_TILE = 4, WINOGRAD_PATCH = 6, WINOGRAD_POINTS = 36, WINOGRAD_PANEL = BLOCK_COLUMNS * LANES };
enum {
	WINOGRAD_ROWS = BLOCK_ROWS_MOST,        /* blocks of tiles are multiples of it */
	WINOGRAD_FORWARD = 24, WINOGRAD_BACKWARD = 36, WINOGRAD_SLOT_BACKWARD = 48     /* most tiles of a block */
};

/* The convolution's constants. Its out_h x out_w outputs lie in tiles, numbered row by row; pool is 2 where only the
 * largest of each 2x2 window is kept, else 1. */
struct winograd { int in_h, in_w, in_c, out_h, out_w, out_c, pad_top, pad_left, pool; };

INLINE int winograd_columns(struct winograd s)
{
	return (s.out_w + WINOGRAD_TILE - 1) / WINOGRAD_TILE;
}

INLINE int winograd_tiles(struct winograd s)
{
	return (s.out_h + WINOGRAD_TILE - 1) / WINOGRAD_TILE * winograd_columns(s);
}

/* Tiles of a block of one sample: at most so many, about the same number in each, and whole blocks of a matrix. */
INLINE int winograd_block(struct winograd s, int most)
{
	const int tiles = winograd_tiles(s), blocks = (tiles + most - 1) / most, each = (tiles + blocks - 1) / blocks;
	return (each + WINOGRAD_ROWS - 1) / WINOGRAD_ROWS * WINOGRAD_ROWS;
}

/* Reals from one point to the next of a transformed tensor: an odd number of cache lines, for in the first-level cache
 * 36 points an even number apart would push each other out. */
INLINE ptrdiff_t winograd_point(int block, int channels)
{
	const int line = 64 / (int)sizeof(real);
	return (ptrdiff_t)((block * padded(channels) + line - 1) / line | 1) * line;
}

/* Reals that a block's transformed tensor takes */
INLINE ptrdiff_t winograd_size(int block, int channels)
{
	return WINOGRAD_POINTS * winograd_point(block, channels);
}

/* Tiles are counted through the samples. Where element i, j of tile t of its sample lies in y as stored (pooled, 4 / pool
 * elements a side); -1 if outside. */
INLINE ptrdiff_t winograd_place(struct winograd s, int t, int i, int j)
{
	const int side = WINOGRAD_TILE / s.pool, h = s.out_h / s.pool, w = s.out_w / s.pool;
	int row = t / winograd_columns(s) * side + i, column = t % winograd_columns(s) * side + j;
	return row < h && column < w ? ((ptrdiff_t)row * w + column) * s.out_c : -1;
}

/* ---- the four maps in one dimension ---- */

INLINE void winograd_b(vec v[6], vec d0, vec d1, vec d2, vec d3, vec d4, vec d5)
{
	const real two = 2, four = 4, five = 5;
	vec a = d4 - four * d2, b = d3 - four * d1, c = d4 - d2, e = two * (d3 - d1);
	v[0] = four * d0 - five * d2 + d4;
	v[1] = a + b;
	v[2] = a - b;
	v[3] = c + e;
	v[4] = c - e;
	v[5] = four * d1 - five * d3 + d5;
}

INLINE void winograd_b_adjoint(vec d[6], vec v0, vec v1, vec v2, vec v3, vec v4, vec v5)
{
	const real two = 2, four = 4, five = 5;
	vec a = v1 + v2, b = v1 - v2, c = v3 + v4, e = two * (v3 - v4);
	d[0] = four * v0;
	d[1] = four * (v5 - b) - e;
	d[2] = -five * v0 - four * a - c;
	d[3] = b + e - five * v5;
	d[4] = v0 + a + c;
	d[5] = v5;
}

INLINE void winograd_a(vec y[4], vec m0, vec m1, vec m2, vec m3, vec m4, vec m5)
{
	const real two = 2, four = 4, eight = 8;
	vec a = m1 + m2, b = m1 - m2, c = m3 + m4, d = m3 - m4;
	y[0] = m0 + a + c;
	y[1] = b + two * d;
	y[2] = a + four * c;
	y[3] = b + eight * d + m5;
}

INLINE void winograd_a_adjoint(vec m[6], vec y0, vec y1, vec y2, vec y3)
{
	const real two = 2, four = 4, eight = 8;
	vec a = y0 + y2, b = y1 + y3, c = y0 + four * y2, d = two * y1 + eight * y3;
	m[0] = y0;
	m[1] = a + b;
	m[2] = a - b;
	m[3] = c + d;
	m[4] = c - d;
	m[5] = y3;
}

INLINE void winograd_g(vec u[6], vec w0, vec w1, vec w2)
{
	const real quarter = (real)1 / 4, sixth = (real)1 / 6, twelfth = (real)1 / 12, last = (real)1 / 24;
	vec a = -sixth * (w0 + w2), b = last * w0 + sixth * w2;
	u[0] = quarter * w0;
	u[1] = a - sixth * w1;
	u[2] = a + sixth * w1;
	u[3] = b + twelfth * w1;
	u[4] = b - twelfth * w1;
	u[5] = w2;
}

INLINE void winograd_g_adjoint(vec w[3], const vec u[6])
{
	const real quarter = (real)1 / 4, sixth = (real)1 / 6, twelfth = (real)1 / 12, last = (real)1 / 24;
	vec a = u[1] + u[2], b = u[3] + u[4];
	w[0] = quarter * u[0] - sixth * a + last * b;
	w[1] = sixth * (u[2] - u[1]) + twelfth * (u[3] - u[4]);
	w[2] = sixth * (b - a) + u[5];
}

/* ---- inputs ---- */

/* v[point] = the patch at p, one vector of channels of it, transformed */
INLINE void winograd_patch(const real *p, ptrdiff_t row, ptrdiff_t column, real *v, ptrdiff_t point)
{
	vec t[6][6];
	UNROLL for (int j = 0; j < 6; j++) {
		const real *q = p + j * column;
		vec o[6];
		winograd_b(o, vec_load(q), vec_load(q + row), vec_load(q + 2 * row), vec_load(q + 3 * row),
			vec_load(q + 4 * row), vec_load(q + 5 * row));
		UNROLL for (int i = 0; i < 6; i++)
			t[i][j] = o[i];
	}
	UNROLL for (int i = 0; i < 6; i++) {
		vec o[6];
		winograd_b(o, t[i][0], t[i][1], t[i][2], t[i][3], t[i][4], t[i][5]);
		UNROLL for (int j = 0; j < 6; j++)
			vec_store(v + (i * 6 + j) * point, o[j]);
	}
}

/* Where tile t's patch begins in x; it may lie outside. */
INLINE int winograd_top(struct winograd s, int t)
{
	return t / winograd_columns(s) * WINOGRAD_TILE - s.pad_top;
}

INLINE int winograd_left(struct winograd s, int t)
{
	return t % winograd_columns(s) * WINOGRAD_TILE - s.pad_left;
}

INLINE bool winograd_inside(struct winograd s, int top, int left)
{
	return top >= 0 && left >= 0 && top + WINOGRAD_PATCH <= s.in_h && left + WINOGRAD_PATCH <= s.in_w;
}

/* v[point][tile][channels] of tiles first .. first + n - 1, n <= block; samples' x lie sample apart */
INLINE void winograd_inputs(struct winograd s, const real *restrict x, ptrdiff_t sample, int first, int n, int block,
	real *restrict v)
{
	const ptrdiff_t row = (ptrdiff_t)s.in_w * s.in_c, point = winograd_point(block, s.in_c);
	for (int t = 0; t < n; t++) {
		const int tile = (first + t) % winograd_tiles(s), top = winograd_top(s, tile), left = winograd_left(s, tile);
		const bool inside = winograd_inside(s, top, left);
		const real *image = x + (first + t) / winograd_tiles(s) * sample;
		for (int c = 0; c < s.in_c; c += LANES) {
			real *to = v + t * padded(s.in_c) + c;
			if (inside && c + LANES <= s.in_c) {
				winograd_patch(image + top * row + (ptrdiff_t)left * s.in_c + c, row, s.in_c, to, point);
				continue;
			}
			real patch[WINOGRAD_PATCH][WINOGRAD_PATCH][LANES] = {{{0}}};
			for (int i = 0; i < WINOGRAD_PATCH; i++)
				for (int j = 0; j < WINOGRAD_PATCH; j++)
					if (top + i >= 0 && top + i < s.in_h && left + j >= 0 && left + j < s.in_w)
						vec_store(patch[i][j], vec_load_channels(image + (top + i) * row
							+ (ptrdiff_t)(left + j) * s.in_c, c, s.in_c));
			winograd_patch(&patch[0][0][0], WINOGRAD_PATCH * LANES, LANES, to, point);
		}
	}
}

/* dx += the adjoint: the patch at p gets what v's points say */
INLINE void winograd_patch_adjoint(const real *v, ptrdiff_t point, real *p, ptrdiff_t row, ptrdiff_t column)
{
	vec t[6][6];
	UNROLL for (int i = 0; i < 6; i++) {
		const real *q = v + i * 6 * point;
		winograd_b_adjoint(t[i], vec_load(q), vec_load(q + point), vec_load(q + 2 * point), vec_load(q + 3 * point),
			vec_load(q + 4 * point), vec_load(q + 5 * point));
	}
	UNROLL for (int j = 0; j < 6; j++) {
		vec d[6];
		winograd_b_adjoint(d, t[0][j], t[1][j], t[2][j], t[3][j], t[4][j], t[5][j]);
		UNROLL for (int i = 0; i < 6; i++)
			vec_store(p + i * row + j * column, vec_load(p + i * row + j * column) + d[i]);
	}
}

INLINE void winograd_inputs_adjoint(struct winograd s, const real *restrict dv, int first, int n, int block,
	real *restrict dx, ptrdiff_t sample)
{
	const ptrdiff_t row = (ptrdiff_t)s.in_w * s.in_c, point = winograd_point(block, s.in_c);
	for (int t = 0; t < n; t++) {
		const int tile = (first + t) % winograd_tiles(s), top = winograd_top(s, tile), left = winograd_left(s, tile);
		const bool inside = winograd_inside(s, top, left);
		real *image = dx + (first + t) / winograd_tiles(s) * sample;
		for (int c = 0; c < s.in_c; c += LANES) {
			const real *from = dv + t * padded(s.in_c) + c;
			if (inside && c + LANES <= s.in_c) {
				winograd_patch_adjoint(from, point, image + top * row + (ptrdiff_t)left * s.in_c + c, row, s.in_c);
				continue;
			}
			real patch[WINOGRAD_PATCH][WINOGRAD_PATCH][LANES] = {{{0}}};
			winograd_patch_adjoint(from, point, &patch[0][0][0], WINOGRAD_PATCH * LANES, LANES);
			for (int i = 0; i < WINOGRAD_PATCH; i++)
				for (int j = 0; j < WINOGRAD_PATCH; j++)
					if (top + i >= 0 && top + i < s.in_h && left + j >= 0 && left + j < s.in_w) {
						real *to = image + (top + i) * row + (ptrdiff_t)(left + j) * s.in_c;
						vec_store_channels(to, vec_load_channels(to, c, s.in_c) + vec_load(patch[i][j]),
							c, s.in_c);
					}
		}
	}
}

/* ---- outputs ---- */

INLINE void winograd_tile(const real *m, ptrdiff_t point, vec y[4][4])
{
	vec t[4][6];
	UNROLL for (int j = 0; j < 6; j++) {
		const real *q = m + j * point;
		vec o[4];
		winograd_a(o, vec_load(q), vec_load(q + 6 * point), vec_load(q + 12 * point), vec_load(q + 18 * point),
			vec_load(q + 24 * point), vec_load(q + 30 * point));
		UNROLL for (int i = 0; i < 4; i++)
			t[i][j] = o[i];
	}
	UNROLL for (int i = 0; i < 4; i++)
		winograd_a(y[i], t[i][0], t[i][1], t[i][2], t[i][3], t[i][4], t[i][5]);
}

INLINE void winograd_tile_adjoint(vec dy[4][4], real *m, ptrdiff_t point)
{
	vec t[6][4];
	UNROLL for (int j = 0; j < 4; j++) {
		vec o[6];
		winograd_a_adjoint(o, dy[0][j], dy[1][j], dy[2][j], dy[3][j]);
		UNROLL for (int i = 0; i < 6; i++)
			t[i][j] = o[i];
	}
	UNROLL for (int i = 0; i < 6; i++) {
		vec o[6];
		winograd_a_adjoint(o, t[i][0], t[i][1], t[i][2], t[i][3]);
		UNROLL for (int j = 0; j < 6; j++)
			vec_store(m + (i * 6 + j) * point, o[j]);
	}
}

/* ---- products ---- */

/* Where point 0 of row k, channel n of transformed weights with so many rows and channels lies; *point: to the next. */
INLINE ptrdiff_t winograd_packed_at(int rows, int channels, int k, int n, ptrdiff_t *point)
{
	const int panel = n / WINOGRAD_PANEL * WINOGRAD_PANEL, rest = padded(channels) - panel;
	const int width = rest < WINOGRAD_PANEL ? rest : WINOGRAD_PANEL;
	*point = (ptrdiff_t)rows * width;
	return (ptrdiff_t)panel * rows * WINOGRAD_POINTS + (ptrdiff_t)k * width + (n - panel);
}

/* One point of one panel: m[tile][0 .. width of the panel) = v[tile] u for n tiles, up to whole blocks; m's rows m_row apart */
INLINE void winograd_product(int in_c, int out_c, int panel, int e, int n, const real *restrict v, const real *restrict u,
	real *restrict m, int m_row)
{
	ptrdiff_t point;
	const real *from = u + winograd_packed_at(in_c, out_c, 0, panel, &point) + e * point;
	const struct matrix left = {v, padded(in_c), 1};
	const int rest = vectors_of(out_c) % BLOCK_COLUMNS;
	if (!rest || panel + WINOGRAD_PANEL <= out_c)
		matrix_whole(n, BLOCK_COLUMNS, in_c, left, from, WINOGRAD_PANEL, m, m_row, false);
	else
		matrix_whole(n, rest, in_c, left, from, rest * LANES, m, m_row, false);
}

/* m[point][tile][channels of the panel] = v[point] u[point] for n tiles: the panel of outputs from channel panel on */
INLINE void winograd_outputs(int in_c, int out_c, int panel, int n, int block, const real *restrict v,
	const real *restrict u, real *restrict m)
{
	for (int e = 0; e < WINOGRAD_POINTS; e++)
		winograd_product(in_c, out_c, panel, e, n, v + e * winograd_point(block, in_c), u,
			m + e * winograd_point(block, WINOGRAD_PANEL), WINOGRAD_PANEL);
}

/* du[point][in_c][padded out_c] (+)= v[point]' m[point]; then, with u the weights with channels exchanged (or NULL),
 * v[point] = m[point] u[point]. Both while m[point] is in the cache. */
INLINE void winograd_gradients(int in_c, int out_c, int n, int block, real *restrict v, const real *restrict m,
	const real *restrict u, real *restrict du, bool add)
{
	for (int e = 0; e < WINOGRAD_POINTS; e++) {
		real *input = v + e * winograd_point(block, in_c);
		const real *output = m + e * winograd_point(block, out_c);
		matrix_multiply(in_c, vectors_of(out_c), n, (struct matrix){input, 1, padded(in_c)}, output, padded(out_c),
			du + (ptrdiff_t)e * in_c * padded(out_c), padded(out_c), add);
		for (int panel = 0; u && panel < in_c; panel += WINOGRAD_PANEL)
			winograd_product(out_c, in_c, panel, e, n, output, u, input + panel, padded(in_c));
	}
}

/* u = G w G' for LANES pairs of channels: w[kh][kw] at w + (kh * 3 + kw) * tap */
INLINE void winograd_kernel(const vec w[3][3], vec u[6][6])
{
	vec t[6][3];
	UNROLL for (int j = 0; j < 3; j++) {
		vec o[6];
		winograd_g(o, w[0][j], w[1][j], w[2][j]);
		UNROLL for (int i = 0; i < 6; i++)
			t[i][j] = o[i];
	}
	UNROLL for (int i = 0; i < 6; i++)
		winograd_g(u[i], t[i][0], t[i][1], t[i][2]);
}

INLINE void winograd_kernel_adjoint(const vec du[6][6], vec dw[3][3])
{
	vec t[6][3];
	UNROLL for (int i = 0; i < 6; i++)
		winograd_g_adjoint(t[i], du[i]);
	UNROLL for (int j = 0; j < 3; j++) {
		vec column[6], o[3];
		UNROLL for (int i = 0; i < 6; i++)
			column[i] = t[i][j];
		winograd_g_adjoint(o, column);
		UNROLL for (int i = 0; i < 3; i++)
			dw[i][j] = o[i];
	}
}

/* u, the transformed weights, of w[3][3][in_c][out_c]: the rows of input channel c */
INLINE void winograd_pack(int in_c, int out_c, int c, const real *restrict w, real *restrict u)
{
	const ptrdiff_t tap = (ptrdiff_t)in_c * out_c;
	for (int o = 0; o < out_c; o += LANES) {
		vec k[3][3], v[6][6];
		ptrdiff_t point;
		UNROLL for (int i = 0; i < 9; i++)
			k[i / 3][i % 3] = vec_load_channels(w + i * tap + (ptrdiff_t)c * out_c, o, out_c);
		winograd_kernel(k, v);
		real *to = u + winograd_packed_at(in_c, out_c, c, o, &point);
		UNROLL for (int i = 0; i < 36; i++)
			vec_store(to + i * point, v[i / 6][i % 6]);
	}
}

/* The same with channels exchanged, for dx: the rows of output channel o */
INLINE void winograd_pack_transposed(int in_c, int out_c, int o, const real *restrict w, real *restrict u)
{
	const ptrdiff_t tap = (ptrdiff_t)in_c * out_c;
	for (int c = 0; c < in_c; c += LANES) {
		ptrdiff_t point;
		real columns[9][LANES] = {{0}};
		for (int i = 0; i < 9; i++)
			for (int l = 0; l < LANES && c + l < in_c; l++)
				columns[i][l] = w[i * tap + (ptrdiff_t)(c + l) * out_c + o];
		vec k[3][3], v[6][6];
		UNROLL for (int i = 0; i < 9; i++)
			k[i / 3][i % 3] = vec_load(columns[i]);
		winograd_kernel(k, v);
		real *to = u + winograd_packed_at(out_c, in_c, o, c, &point);
		UNROLL for (int i = 0; i < 36; i++)
			vec_store(to + i * point, v[i / 6][i % 6]);
	}
}

/* dw[3][3][in_c][out_c] of the sum over slots, in order, of du[point][in_c][padded out_c]: the rows of input channel c */
INLINE void winograd_unpack(int in_c, int out_c, int c, int slots, ptrdiff_t slot, const real *restrict du, real *restrict dw)
{
	const ptrdiff_t tap = (ptrdiff_t)in_c * out_c, point = (ptrdiff_t)in_c * padded(out_c);
	for (int o = 0; o < out_c; o += LANES) {
		vec v[6][6], k[3][3];
		const real *from = du + (ptrdiff_t)c * padded(out_c) + o;
		UNROLL for (int i = 0; i < 36; i++)
			v[i / 6][i % 6] = vec_load(from + i * point);
		for (int other = 1; other < slots; other++)
			UNROLL for (int i = 0; i < 36; i++)
				v[i / 6][i % 6] += vec_load(from + other * slot + i * point);
		winograd_kernel_adjoint(v, k);
		UNROLL for (int i = 0; i < 9; i++)
			vec_store_channels(dw + i * tap + (ptrdiff_t)c * out_c, k[i / 3][i % 3], o, out_c);
	}
}

#endif
