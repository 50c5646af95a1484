/* Convolution by its definition, in registers: some pixels of a row by some vectors of output channels at a time.
 *
 * The input is copied with its padding, so that no tap is outside. Backward holds dz, the gradient of the sums, spread by
 * the strides and with as many zeros around as the taps reach: dx is then a convolution of it without strides, with the
 * taps reversed. Weights are packed for products over [kh][kw][i].
 */
#ifndef TRAINC_DIRECT_H
#define TRAINC_DIRECT_H
#include "matrix.h"

enum { DIRECT_TAPS = 6 };       /* rows of the weights' gradient in registers; each needs an address */

struct direct {
	int in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
	int pad_top, pad_left, pad_bottom, pad_right;
};

/* ---- the input with its padding ---- */

INLINE bool direct_pads(struct direct s)
{
	return s.pad_top || s.pad_left || s.pad_bottom || s.pad_right;
}

INLINE int direct_width(struct direct s)
{
	return s.in_w + s.pad_left + s.pad_right;
}

/* Reals that the copy takes, a multiple of a vector's */
INLINE ptrdiff_t direct_inputs_size(struct direct s)
{
	return direct_pads(s) ? padded((s.in_h + s.pad_top + s.pad_bottom) * direct_width(s) * s.in_c) : 0;
}

/* x itself where there is no padding */
INLINE const real *direct_inputs(struct direct s, const real *x, real *copy)
{
	if (!direct_pads(s))
		return x;
	memset(copy, 0, sizeof *copy * (size_t)direct_inputs_size(s));
	for (int h = 0; h < s.in_h; h++)
		memcpy(copy + ((ptrdiff_t)(h + s.pad_top) * direct_width(s) + s.pad_left) * s.in_c,
			x + (ptrdiff_t)h * s.in_w * s.in_c, sizeof *x * (size_t)(s.in_w * s.in_c));
	return copy;
}

/* ---- dz with zeros between and around ---- */

INLINE int direct_dz_width(struct direct s)
{
	return s.in_w + (s.kernel_w - 1) * s.dilation_w;
}

INLINE ptrdiff_t direct_dz_size(struct direct s)
{
	return (ptrdiff_t)(s.in_h + (s.kernel_h - 1) * s.dilation_h) * direct_dz_width(s) * padded(s.out_c);
}

INLINE ptrdiff_t direct_dz_at(struct direct s, int oh, int ow)
{
	const int top = (s.kernel_h - 1) * s.dilation_h - s.pad_top, left = (s.kernel_w - 1) * s.dilation_w - s.pad_left;
	return ((ptrdiff_t)(top + oh * s.stride_h) * direct_dz_width(s) + left + ow * s.stride_w) * padded(s.out_c);
}

/* ---- sums ---- */

/* What a pixel's sum runs over: taps_h rows, row apart, of taps_w runs, run apart, of depth numbers. The next pixel is
 * pixel away. */
struct direct_sum { int taps_h, taps_w, depth; ptrdiff_t row, run, pixel; };

/* sum[p][n] += over all taps of x's pixel p times pack, for p < pixels, n < columns */
INLINE void direct_block(struct direct_sum t, int pixels, int columns, const real *x, const real *pack,
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS])
{
	for (int h = 0; h < t.taps_h; h++)
		for (int w = 0; w < t.taps_w; w++) {
			const real *from = x + h * t.row + w * t.run;
			for (int k = 0; k < t.depth; k++, pack += columns * LANES) {
				vec right[BLOCK_COLUMNS];
				UNROLL for (int n = 0; n < columns; n++)
					right[n] = vec_load(pack + n * LANES);
				UNROLL for (int p = 0; p < pixels; p++) {
					const vec left = vec_broadcast(from[p * t.pixel + k]);
					UNROLL for (int n = 0; n < columns; n++)
						sum[p][n] += left * right[n];
				}
			}
		}
}

/* A row of n pixels goes in blocks of at most so many: as equal as can be, the larger first. */
struct direct_split { int large, small, n_large, n_small; };

INLINE struct direct_split direct_split(int n, int most)
{
	const int blocks = (n + most - 1) / most, large = (n + blocks - 1) / blocks, n_small = large * blocks - n;
	return (struct direct_split){large, large - 1, blocks - n_small, n_small};
}

/* The sum of forward: a row of taps is one run where they touch. */
INLINE struct direct_sum direct_forward(struct direct s)
{
	const bool touch = s.dilation_w == 1;
	const ptrdiff_t width = direct_width(s);
	return (struct direct_sum){s.kernel_h, touch ? 1 : s.kernel_w, touch ? s.kernel_w * s.in_c : s.in_c,
		s.dilation_h * width * s.in_c, (ptrdiff_t)s.dilation_w * s.in_c, (ptrdiff_t)s.stride_w * s.in_c};
}

/* The sum of dx, over dz. */
INLINE struct direct_sum direct_data(struct direct s)
{
	const ptrdiff_t channels = padded(s.out_c);
	return (struct direct_sum){s.kernel_h, s.kernel_w, s.out_c, s.dilation_h * direct_dz_width(s) * channels,
		s.dilation_w * channels, channels};
}

/* dx (+)= for some pixels of a row, so many vectors of channels from c on */
INLINE void direct_data_pixels(struct direct s, int pixels, int columns, const real *dz, const real *pack, int c, real *dx,
	bool add)
{
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			sum[p][n] = add ? vec_load_channels(dx + p * s.in_c, c + n * LANES, s.in_c) : (vec){0};
	direct_block(direct_data(s), pixels, columns, dz, pack, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			vec_store_channels(dx + p * s.in_c, sum[p][n], c + n * LANES, s.in_c);
}

INLINE void direct_data_panel(struct direct s, int columns, const real *dz, const real *pack, int c, real *dx, bool add)
{
	const struct direct_split blocks = direct_split(s.in_w, block_rows(columns));
	const ptrdiff_t channels = padded(s.out_c);
	for (int h = 0; h < s.in_h; h++, dz += direct_dz_width(s) * channels, dx += s.in_w * s.in_c) {
		int w = 0;
		for (int i = 0; i < blocks.n_large; i++, w += blocks.large)
			direct_data_pixels(s, blocks.large, columns, dz + w * channels, pack, c, dx + w * s.in_c, add);
		for (int i = 0; i < blocks.n_small; i++, w += blocks.small)
			direct_data_pixels(s, blocks.small, columns, dz + w * channels, pack, c, dx + w * s.in_c, add);
	}
}

/* dx[ih][iw][i] (+)= sum of dz * w, pack being w with its taps reversed and its channels exchanged */
INLINE void direct_data_all(struct direct s, const real *restrict dz, const real *restrict pack, real *restrict dx, bool add)
{
	const int vectors = vectors_of(s.in_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	const int depth = s.kernel_h * s.kernel_w * s.out_c;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		direct_data_panel(s, BLOCK_COLUMNS, dz, pack + (ptrdiff_t)v * LANES * depth, v * LANES, dx, add);
	if (whole < vectors)
		direct_data_panel(s, vectors - whole, dz, pack + (ptrdiff_t)whole * LANES * depth, whole * LANES, dx, add);
}

/* ---- the weights' gradient ---- */

/* dw[first .. first + taps)[columns from c] += sum over pixels of x * dz */
INLINE void direct_weights_block(struct direct s, int taps, int columns, const real *restrict x, const real *restrict dz,
	int first, int c, real *restrict dw)
{
	const ptrdiff_t width = direct_width(s), run = (ptrdiff_t)s.kernel_w * s.in_c;
	const real *from[DIRECT_TAPS];
	vec sum[DIRECT_TAPS][BLOCK_COLUMNS];
	UNROLL for (int m = 0; m < taps; m++) {
		const int k = first + m, kh = k / run, kw = k % run / s.in_c;
		from[m] = x + (kh * s.dilation_h * width + kw * s.dilation_w) * s.in_c + k % s.in_c;
		UNROLL for (int n = 0; n < columns; n++)
			sum[m][n] = (vec){0};
	}
	for (int oh = 0; oh < s.out_h; oh++) {
		ptrdiff_t at = oh * s.stride_h * width * s.in_c;
		const real *b = dz + direct_dz_at(s, oh, 0) + c;
		for (int ow = 0; ow < s.out_w; ow++, at += s.stride_w * s.in_c, b += s.stride_w * padded(s.out_c)) {
			vec right[BLOCK_COLUMNS];
			UNROLL for (int n = 0; n < columns; n++)
				right[n] = vec_load(b + n * LANES);
			UNROLL for (int m = 0; m < taps; m++) {
				const vec left = vec_broadcast(from[m][at]);
				UNROLL for (int n = 0; n < columns; n++)
					sum[m][n] += left * right[n];
			}
		}
	}
	UNROLL for (int m = 0; m < taps; m++)
		UNROLL for (int n = 0; n < columns; n++) {
			real *to = dw + (ptrdiff_t)(first + m) * s.out_c;
			vec_store_channels(to, vec_load_channels(to, c + n * LANES, s.out_c) + sum[m][n], c + n * LANES, s.out_c);
		}
}

INLINE void direct_weights_panel(struct direct s, int columns, const real *restrict x, const real *restrict dz, int c,
	real *restrict dw)
{
	const int taps = s.kernel_h * s.kernel_w * s.in_c, whole = taps / DIRECT_TAPS * DIRECT_TAPS;
	for (int first = 0; first < whole; first += DIRECT_TAPS)
		direct_weights_block(s, DIRECT_TAPS, columns, x, dz, first, c, dw);
	if (whole < taps)
		direct_weights_block(s, taps - whole, columns, x, dz, whole, c, dw);
}

/* dw[kh][kw][i][o] += sum over pixels of x * dz, x being direct_inputs' */
INLINE void direct_weights(struct direct s, const real *restrict x, const real *restrict dz, real *restrict dw)
{
	const int vectors = vectors_of(s.out_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		direct_weights_panel(s, BLOCK_COLUMNS, x, dz, v * LANES, dw);
	if (whole < vectors)
		direct_weights_panel(s, vectors - whole, x, dz, whole * LANES, dw);
}

/* ---- packs: one tap of each ---- */

INLINE void direct_pack(struct direct s, int tap, const real *restrict w, real *restrict pack)
{
	const int depth = s.kernel_h * s.kernel_w * s.in_c, vectors = vectors_of(s.out_c);
	for (int k = tap * s.in_c; k < (tap + 1) * s.in_c; k++)
		for (int o = 0; o < s.out_c; o += LANES)
			vec_store(pack + packed_at(vectors, depth, k, o), vec_load_channels(w + (ptrdiff_t)k * s.out_c, o, s.out_c));
}

/* of the reversed taps [kh][kw][o][i] */
INLINE void direct_pack_data(struct direct s, int tap, const real *restrict w, real *restrict pack)
{
	const int taps = s.kernel_h * s.kernel_w, depth = taps * s.out_c, vectors = vectors_of(s.in_c);
	const real *from = w + (ptrdiff_t)(taps - 1 - tap) * s.in_c * s.out_c;
	for (int o = 0; o < s.out_c; o++)
		for (int i = 0; i < padded(s.in_c); i++)
			pack[packed_at(vectors, depth, tap * s.out_c + o, i)] = i < s.in_c ? from[(ptrdiff_t)i * s.out_c + o] : 0;
}

#endif
