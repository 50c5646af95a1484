/* Winograd's convolutions F(4x4, 3x3) and F(2x2, 3x3) (Lavin and Gray, "Fast algorithms for convolutional neural
 * networks", 2015): a 4x4 tile of outputs from a 6x6 patch of inputs with 36 products instead of 144, or 2x2 outputs
 * from 4x4 inputs with 16 instead of 36.
 *
 * y = A' [ (G w G') . (B' x B) ] A for each tile, the product being a matrix product over channels at each point of the
 * patch. Backward is the adjoint of each map: dw = G' [ (B' x B)' (A dy A') ] G, dx = B [ u' (A dy A') ] B'.
 * Transformed tensors are [point][tile of the block][padded channels], points winograd_point apart. Transformed weights
 * are [panel][point][depth][channels of the panel]; outputs are made panel by panel, so that what the points of a
 * panel give stays in the first-level cache until it is transformed back.
 */
#ifndef TRAINC_WINOGRAD_H
#define TRAINC_WINOGRAD_H
#include "matrix.h"
#include "normalise.h"
#include "winograd_maps.h"

enum {
	WINOGRAD_PANEL = BLOCK_COLUMNS * LANES,
	WINOGRAD_ROWS = BLOCK_ROWS_MOST,        /* blocks of tiles are multiples of it */
	WINOGRAD_FORWARD = 24, WINOGRAD_BACKWARD = 36, WINOGRAD_SLOT_BACKWARD = 48     /* most tiles of a block */
};

/* The convolution's constants. Its out_h x out_w outputs lie in tiles of tile x tile, numbered row by row; pool is 2
 * where only the largest of each 2x2 window is kept, else 1. */
struct winograd { int in_h, in_w, in_c, out_h, out_w, out_c, pad_top, pad_left, pool, tile; };

INLINE int winograd_points(int tile)
{
	return (tile + 2) * (tile + 2);
}

INLINE int winograd_columns(struct winograd s)
{
	return (s.out_w + s.tile - 1) / s.tile;
}

INLINE int winograd_tiles(struct winograd s)
{
	return (s.out_h + s.tile - 1) / s.tile * winograd_columns(s);
}

/* Rows of y as stored that are whole when so many tiles are */
INLINE int winograd_rows(struct winograd s, int tiles)
{
	const int rows = tiles / winograd_columns(s) * s.tile / s.pool, all = s.out_h / s.pool;
	return rows < all ? rows : all;
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
INLINE ptrdiff_t winograd_size(int tile, int block, int channels)
{
	return winograd_points(tile) * winograd_point(block, channels);
}

/* Tiles are counted through the samples. Where element i, j of tile t of its sample lies in y as stored (pooled, tile /
 * pool elements a side); -1 if outside. */
INLINE ptrdiff_t winograd_place(struct winograd s, int t, int i, int j)
{
	const int side = s.tile / s.pool, h = s.out_h / s.pool, w = s.out_w / s.pool;
	int row = t / winograd_columns(s) * side + i, column = t % winograd_columns(s) * side + j;
	return row < h && column < w ? ((ptrdiff_t)row * w + column) * s.out_c : -1;
}

/* ---- inputs ---- */

/* v[point] = the patch at p, one vector of its channels, c .. of n, read as in says and transformed */
INLINE void winograd_patch(int tile, struct input in, int c, int n, const real *p, ptrdiff_t row, ptrdiff_t column, real *v,
	ptrdiff_t point)
{
	const int side = tile + 2;
	vec t[6][6];
	UNROLL for (int j = 0; j < side; j++) {
		vec d[6], o[6];
		UNROLL for (int i = 0; i < side; i++)
			d[i] = input_of(in, vec_load(p + j * column + i * row), c, n);
		winograd_b(tile, o, d);
		UNROLL for (int i = 0; i < side; i++)
			t[i][j] = o[i];
	}
	UNROLL for (int i = 0; i < side; i++) {
		vec o[6];
		winograd_b(tile, o, t[i]);
		UNROLL for (int j = 0; j < side; j++)
			vec_store(v + (i * side + j) * point, o[j]);
	}
}

/* Where tile t's patch begins in x; it may lie outside. */
INLINE int winograd_top(struct winograd s, int t)
{
	return t / winograd_columns(s) * s.tile - s.pad_top;
}

INLINE int winograd_left(struct winograd s, int t)
{
	return t % winograd_columns(s) * s.tile - s.pad_left;
}

INLINE bool winograd_inside(struct winograd s, int top, int left)
{
	return top >= 0 && left >= 0 && top + s.tile + 2 <= s.in_h && left + s.tile + 2 <= s.in_w;
}

/* v[point][tile][channels] of tiles first .. first + n - 1, n <= block; samples' x lie sample apart */
INLINE void winograd_inputs(struct winograd s, struct input in, ptrdiff_t sample, int first, int n, int block,
	real *restrict v)
{
	const ptrdiff_t row = (ptrdiff_t)s.in_w * s.in_c, point = winograd_point(block, s.in_c);
	for (int t = 0; t < n; t++) {
		const int tile = (first + t) % winograd_tiles(s), top = winograd_top(s, tile), left = winograd_left(s, tile);
		const bool inside = winograd_inside(s, top, left);
		const real *image = in.x + (first + t) / winograd_tiles(s) * sample;
		for (int c = 0; c < s.in_c; c += LANES) {
			real *to = v + t * padded(s.in_c) + c;
			if (inside && c + LANES <= s.in_c) {
				winograd_patch(s.tile, in, c, s.in_c, image + top * row + (ptrdiff_t)left * s.in_c + c, row, s.in_c, to, point);
				continue;
			}
			real patch[6][6][LANES] = {{{0}}};
			for (int i = 0; i < s.tile + 2; i++)
				for (int j = 0; j < s.tile + 2; j++)
					if (top + i >= 0 && top + i < s.in_h && left + j >= 0 && left + j < s.in_w)
						vec_store(patch[i][j], input_of(in, vec_load_channels(image + (top + i) * row
							+ (ptrdiff_t)(left + j) * s.in_c, c, s.in_c), c, s.in_c));
			winograd_patch(s.tile, (struct input){0}, c, s.in_c, &patch[0][0][0], 6 * LANES, LANES, to, point);
		}
	}
}

/* dx += the adjoint: the patch at p gets what v's points say */
INLINE void winograd_patch_adjoint(int tile, const real *v, ptrdiff_t point, real *p, ptrdiff_t row, ptrdiff_t column)
{
	const int side = tile + 2;
	vec t[6][6];
	UNROLL for (int i = 0; i < side; i++) {
		vec m[6];
		UNROLL for (int j = 0; j < side; j++)
			m[j] = vec_load(v + (i * side + j) * point);
		winograd_b_adjoint(tile, t[i], m);
	}
	UNROLL for (int j = 0; j < side; j++) {
		vec m[6], d[6];
		UNROLL for (int i = 0; i < side; i++)
			m[i] = t[i][j];
		winograd_b_adjoint(tile, d, m);
		UNROLL for (int i = 0; i < side; i++)
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
				winograd_patch_adjoint(s.tile, from, point, image + top * row + (ptrdiff_t)left * s.in_c + c, row, s.in_c);
				continue;
			}
			real patch[6][6][LANES] = {{{0}}};
			winograd_patch_adjoint(s.tile, from, point, &patch[0][0][0], 6 * LANES, LANES);
			for (int i = 0; i < s.tile + 2; i++)
				for (int j = 0; j < s.tile + 2; j++)
					if (top + i >= 0 && top + i < s.in_h && left + j >= 0 && left + j < s.in_w) {
						real *to = image + (top + i) * row + (ptrdiff_t)(left + j) * s.in_c;
						vec_store_channels(to, vec_load_channels(to, c, s.in_c) + vec_load(patch[i][j]),
							c, s.in_c);
					}
		}
	}
}

/* ---- empty windows ---- */

/* An output whose window of inputs is zero in all channels is exactly its bias. The transforms of a patch that holds other
 * numbers besides leave rounding errors there, which an activation with a kink at zero would take for numbers of either sign.
 * So such outputs are known by their inputs and made zero before the bias is added. F(2x2, 3x3) needs none of it: its outputs are
 * sums of products that hold only numbers of their own windows. */

INLINE bool winograd_is_zero(struct winograd s, struct input in, const real *image, int row, int column)
{
	const ptrdiff_t pixel = ((ptrdiff_t)row * s.in_w + column) * s.in_c;
	if (row < 0 || row >= s.in_h || column < 0 || column >= s.in_w)
		return true;
	for (int c = 0; c < s.in_c; c += LANES) {
		const vec_mask nonzero = (vec_mask)(input_of(in, vec_load_channels(image + pixel, c, s.in_c), c, s.in_c) != 0);
		if (vec_bits(vec_whole(c, s.in_c) ? nonzero : nonzero & vec_first(s.in_c % LANES)))
			return false;
	}
	return true;
}

/* A bit for each output of tile t of its sample, 8 * row + column, which is 1 where the output's window is zero. */
INLINE uint64_t winograd_empty_outputs(struct winograd s, struct input in, const real *image, int t)
{
	const int top = winograd_top(s, t), left = winograd_left(s, t);
	bool possible = false;
	uint64_t zero = 0;
	/* Every window holds one of the four pixels in the middle, or of the last ones where the image ends before. */
	UNROLL for (int k = 0; k < 4; k++)
		possible = possible || winograd_is_zero(s, in, image, at_most(top + 2 + k / 2, s.in_h - 1),
			at_most(left + 2 + k % 2, s.in_w - 1));
	if (!possible)
		return 0;
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++)
			zero |= (uint64_t)winograd_is_zero(s, in, image, top + i, left + j) << (8 * i + j);
	zero &= zero >> 1 & zero >> 2;
	return zero & zero >> 8 & zero >> 16;
}

/* empty[0 .. n - 1] of the tiles that winograd_inputs reads */
INLINE void winograd_empty(struct winograd s, struct input in, ptrdiff_t sample, int first, int n, uint64_t *restrict empty)
{
	for (int t = 0; t < n; t++)
		empty[t] = s.tile == 2 ? 0
			: winograd_empty_outputs(s, in, in.x + (first + t) / winograd_tiles(s) * sample, (first + t) % winograd_tiles(s));
}

/* ---- outputs ---- */

INLINE void winograd_tile(int tile, const real *m, ptrdiff_t point, vec y[4][4])
{
	const int side = tile + 2;
	vec t[4][6];
	UNROLL for (int j = 0; j < side; j++) {
		vec d[6], o[4];
		UNROLL for (int i = 0; i < side; i++)
			d[i] = vec_load(m + (i * side + j) * point);
		winograd_a(tile, o, d);
		UNROLL for (int i = 0; i < tile; i++)
			t[i][j] = o[i];
	}
	UNROLL for (int i = 0; i < tile; i++)
		winograd_a(tile, y[i], t[i]);
}

INLINE void winograd_clear(int tile, uint64_t empty, vec y[4][4])
{
	if (empty)
		UNROLL for (int i = 0; i < tile * tile; i++)
			if (empty >> (8 * (i / tile) + i % tile) & 1)
				y[i / tile][i % tile] = (vec){0};
}

INLINE void winograd_tile_adjoint(int tile, vec dy[4][4], real *m, ptrdiff_t point)
{
	const int side = tile + 2;
	vec t[6][4];
	UNROLL for (int j = 0; j < tile; j++) {
		vec d[4], o[6];
		UNROLL for (int i = 0; i < tile; i++)
			d[i] = dy[i][j];
		winograd_a_adjoint(tile, o, d);
		UNROLL for (int i = 0; i < side; i++)
			t[i][j] = o[i];
	}
	UNROLL for (int i = 0; i < side; i++) {
		vec o[6];
		winograd_a_adjoint(tile, o, t[i]);
		UNROLL for (int j = 0; j < side; j++)
			vec_store(m + (i * side + j) * point, o[j]);
	}
}

/* ---- products ---- */

/* Where point 0 of row k, channel n of transformed weights with so many rows and channels lies; *point: to the next. */
INLINE ptrdiff_t winograd_packed_at(int tile, int rows, int channels, int k, int n, ptrdiff_t *point)
{
	const int panel = n / WINOGRAD_PANEL * WINOGRAD_PANEL, rest = padded(channels) - panel;
	const int width = rest < WINOGRAD_PANEL ? rest : WINOGRAD_PANEL;
	*point = (ptrdiff_t)rows * width;
	return (ptrdiff_t)panel * rows * winograd_points(tile) + (ptrdiff_t)k * width + (n - panel);
}

/* One point of one panel: m[tile][0 .. width of the panel) = v[tile] u for n tiles, up to whole blocks; m's rows m_row apart */
INLINE void winograd_product(int tile, int in_c, int out_c, int panel, int e, int n, const real *restrict v,
	const real *restrict u, real *restrict m, int m_row)
{
	ptrdiff_t point;
	const real *from = u + winograd_packed_at(tile, in_c, out_c, 0, panel, &point) + e * point;
	const struct matrix left = {v, padded(in_c), 1};
	const int rest = vectors_of(out_c) % BLOCK_COLUMNS;
	if (!rest || panel + WINOGRAD_PANEL <= out_c)
		matrix_whole(n, BLOCK_COLUMNS, in_c, left, from, WINOGRAD_PANEL, m, m_row, false);
	else
		matrix_whole(n, rest, in_c, left, from, rest * LANES, m, m_row, false);
}

/* m[point][tile][channels of the panel] = v[point] u[point] for n tiles: the panel of outputs from channel panel on */
INLINE void winograd_outputs(struct winograd s, int panel, int n, int block, const real *restrict v,
	const real *restrict u, real *restrict m, struct asking *next)
{
	for (int e = 0; e < winograd_points(s.tile); e++) {
		ask_part(next);
		winograd_product(s.tile, s.in_c, s.out_c, panel, e, n, v + e * winograd_point(block, s.in_c), u,
			m + e * winograd_point(block, WINOGRAD_PANEL), WINOGRAD_PANEL);
	}
}

/* du[point][in_c][padded out_c] (+)= v[point]' m[point]; then, with u the weights with channels exchanged (or NULL),
 * v[point] = m[point] u[point]. Both while m[point] is in the cache. */
INLINE void winograd_gradients(struct winograd s, int n, int block, real *restrict v, const real *restrict m,
	const real *restrict u, real *restrict du, bool add, struct asking *next)
{
	const int in_c = s.in_c, out_c = s.out_c;
	for (int e = 0; e < winograd_points(s.tile); e++) {
		real *input = v + e * winograd_point(block, in_c);
		const real *output = m + e * winograd_point(block, out_c);
		ask_part(next);
		matrix_multiply(in_c, vectors_of(out_c), n, (struct matrix){input, 1, padded(in_c)}, output, padded(out_c),
			du + (ptrdiff_t)e * in_c * padded(out_c), padded(out_c), add);
		for (int panel = 0; u && panel < in_c; panel += WINOGRAD_PANEL)
			winograd_product(s.tile, out_c, in_c, panel, e, n, output, u, input + panel, padded(in_c));
	}
}

/* u = G w G' for LANES pairs of channels: w[kh][kw] at w + (kh * 3 + kw) * tap */
INLINE void winograd_kernel(int tile, const vec w[3][3], vec u[6][6])
{
	const int side = tile + 2;
	vec t[6][3];
	UNROLL for (int j = 0; j < 3; j++) {
		vec o[6];
		winograd_g(tile, o, w[0][j], w[1][j], w[2][j]);
		UNROLL for (int i = 0; i < side; i++)
			t[i][j] = o[i];
	}
	UNROLL for (int i = 0; i < side; i++)
		winograd_g(tile, u[i], t[i][0], t[i][1], t[i][2]);
}

INLINE void winograd_kernel_adjoint(int tile, const vec du[6][6], vec dw[3][3])
{
	const int side = tile + 2;
	vec t[6][3];
	UNROLL for (int i = 0; i < side; i++)
		winograd_g_adjoint(tile, t[i], du[i]);
	UNROLL for (int j = 0; j < 3; j++) {
		vec column[6], o[3];
		UNROLL for (int i = 0; i < side; i++)
			column[i] = t[i][j];
		winograd_g_adjoint(tile, o, column);
		UNROLL for (int i = 0; i < 3; i++)
			dw[i][j] = o[i];
	}
}

/* u, the transformed weights, of w[3][3][in_c][out_c]: the rows of input channel c */
INLINE void winograd_pack(int tile, int in_c, int out_c, int c, const real *restrict w, real *restrict u)
{
	const ptrdiff_t tap = (ptrdiff_t)in_c * out_c;
	for (int o = 0; o < out_c; o += LANES) {
		vec k[3][3], v[6][6];
		ptrdiff_t point;
		UNROLL for (int i = 0; i < 9; i++)
			k[i / 3][i % 3] = vec_load_channels(w + i * tap + (ptrdiff_t)c * out_c, o, out_c);
		winograd_kernel(tile, k, v);
		real *to = u + winograd_packed_at(tile, in_c, out_c, c, o, &point);
		UNROLL for (int i = 0; i < winograd_points(tile); i++)
			vec_store(to + i * point, v[i / (tile + 2)][i % (tile + 2)]);
	}
}

/* The same with channels exchanged, for dx: the rows of output channel o */
INLINE void winograd_pack_transposed(int tile, int in_c, int out_c, int o, const real *restrict w, real *restrict u)
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
		winograd_kernel(tile, k, v);
		real *to = u + winograd_packed_at(tile, out_c, in_c, o, c, &point);
		UNROLL for (int i = 0; i < winograd_points(tile); i++)
			vec_store(to + i * point, v[i / (tile + 2)][i % (tile + 2)]);
	}
}

/* dw[3][3][in_c][out_c] of the sum over slots, in order, of du[point][in_c][padded out_c]: the rows of input channel c */
INLINE void winograd_unpack(int tile, int in_c, int out_c, int c, int slots, ptrdiff_t slot, const real *restrict du,
	real *restrict dw)
{
	const ptrdiff_t tap = (ptrdiff_t)in_c * out_c, point = (ptrdiff_t)in_c * padded(out_c);
	for (int o = 0; o < out_c; o += LANES) {
		vec v[6][6], k[3][3];
		const real *from = du + (ptrdiff_t)c * padded(out_c) + o;
		UNROLL for (int i = 0; i < winograd_points(tile); i++)
			v[i / (tile + 2)][i % (tile + 2)] = vec_load(from + i * point);
		for (int other = 1; other < slots; other++)
			UNROLL for (int i = 0; i < winograd_points(tile); i++)
				v[i / (tile + 2)][i % (tile + 2)] += vec_load(from + other * slot + i * point);
		winograd_kernel_adjoint(tile, v, k);
		UNROLL for (int i = 0; i < 9; i++)
			vec_store_channels(dw + i * tap + (ptrdiff_t)c * out_c, k[i / 3][i % 3], o, out_c);
	}
}

#endif
