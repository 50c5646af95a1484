/* Depthwise convolution, one kernel a channel: vectors of channels, some pixels or taps at a time in registers.
 *
 * Sizes are direct.h's with as many channels out as in and no dilation. The input is copied with its padding and whole
 * vectors of channels; dz and the phases of its gradient by data are direct.h's.
 */
#ifndef TRAINC_DEPTHWISE_H
#define TRAINC_DEPTHWISE_H
#include "direct.h"

enum { DEPTHWISE_PIXELS = REGISTERS / 2, DEPTHWISE_TAPS = REGISTERS * 3 / 4 };  /* whose sums are in registers */

/* Reals that the copy of the input takes */
INLINE ptrdiff_t depthwise_inputs_size(struct direct s, struct input in)
{
	const bool whole = !direct_pads(s) && s.in_c % LANES == 0 && !in.pack;
	return whole ? 0 : (ptrdiff_t)(s.in_h + s.pad_top + s.pad_bottom) * direct_width(s) * padded(s.in_c);
}

/* x itself where there is nothing to add */
INLINE const real *depthwise_inputs(struct direct s, struct input in, real *copy)
{
	const int channels = padded(s.in_c), width = direct_width(s);
	const real *x = in.x;
	real *to = copy;
	if (!depthwise_inputs_size(s, in))
		return x;
	for (int h = -s.pad_top; h < s.in_h + s.pad_bottom; h++, to += width * channels) {
		const bool inside = h >= 0 && h < s.in_h;
		const int left = inside ? s.pad_left : width, right = inside ? s.pad_right : 0;
		memset(to, 0, sizeof *to * (size_t)(left * channels));
		memset(to + (width - right) * channels, 0, sizeof *to * (size_t)(right * channels));
		for (int w = 0; inside && w < s.in_w; w++, x += s.in_c)
			for (int c = 0; c < s.in_c; c += LANES)
				vec_store(to + (s.pad_left + w) * channels + c, input_of(in, vec_load_channels(x, c, s.in_c), c, s.in_c));
	}
	return copy;
}

/* sum[p] += over taps of x's pixel p, pixel apart, times w's tap, tap apart; rows of taps are row apart in x */
struct depthwise_sum { int taps_h, taps_w; ptrdiff_t row, run, pixel, tap_row, tap; };

INLINE void depthwise_block(struct direct s, struct depthwise_sum t, int pixels, const real *x, const real *w, int c,
	vec *sum)
{
	for (int h = 0; h < t.taps_h; h++)
		for (int v = 0; v < t.taps_w; v++) {
			const vec right = vec_load_channels(w + h * t.tap_row + v * t.tap, c, s.in_c);
			UNROLL for (int p = 0; p < pixels; p++)
				sum[p] += vec_load(x + h * t.row + v * t.run + p * t.pixel) * right;
		}
}

INLINE struct depthwise_sum depthwise_forward(struct direct s)
{
	const ptrdiff_t channels = padded(s.in_c);
	return (struct depthwise_sum){s.kernel_h, s.kernel_w, direct_width(s) * channels, channels, s.stride_w * channels,
		(ptrdiff_t)s.kernel_w * s.in_c, s.in_c};
}

/* ---- the weights' gradient ---- */

/* dw's taps first .. += sum over a row of pixels of x * dz, for one vector of channels from c on */
INLINE void depthwise_weights_block(struct direct s, int taps, const real *x, const real *dz, int first, int c, real *dw)
{
	const ptrdiff_t channels = padded(s.in_c);
	vec sum[DEPTHWISE_TAPS];
	UNROLL for (int t = 0; t < taps; t++)
		sum[t] = vec_load_channels(dw + (first + t) * s.in_c, c, s.in_c);
	for (int ow = 0; ow < s.out_w; ow++) {
		const vec right = vec_load(dz + ow * channels + c);
		UNROLL for (int t = 0; t < taps; t++) {
			const ptrdiff_t tap = (ptrdiff_t)((first + t) / s.kernel_w) * direct_width(s) + (first + t) % s.kernel_w;
			sum[t] += vec_load(x + (tap + ow * s.stride_w) * channels + c) * right;
		}
	}
	UNROLL for (int t = 0; t < taps; t++)
		vec_store_channels(dw + (first + t) * s.in_c, sum[t], c, s.in_c);
}

/* dw[kh][kw][c] += sum over pixels of x * dz, x being depthwise_inputs' */
INLINE void depthwise_weights(struct direct s, const real *restrict x, const real *restrict dz, real *restrict dw)
{
	const struct direct_split taps = direct_split(s.kernel_h * s.kernel_w, DEPTHWISE_TAPS);
	for (int oh = 0; oh < s.out_h; oh++)
		for (int c = 0; c < s.in_c; c += LANES) {
			const real *from = x + (ptrdiff_t)oh * s.stride_h * direct_width(s) * padded(s.in_c);
			const real *z = dz + direct_dz_at(s, oh, 0);
			UNROLL for (int i = 0; i < taps.n_large; i++)
				depthwise_weights_block(s, taps.large, from, z, i * taps.large, c, dw);
			UNROLL for (int i = 0; i < taps.n_small; i++)
				depthwise_weights_block(s, taps.small, from, z, taps.n_large * taps.large + i * taps.small, c, dw);
		}
}

/* ---- the gradient by data ---- */

/* dx (+)= for some pixels of a row, step apart, of one vector of channels from c on */
INLINE void depthwise_data_pixels(struct direct s, struct depthwise_sum t, int pixels, const real *dz, const real *w, int c,
	real *dx, ptrdiff_t step, bool add)
{
	vec sum[DEPTHWISE_PIXELS];
	UNROLL for (int p = 0; p < pixels; p++)
		sum[p] = add ? vec_load_channels(dx + p * step, c, s.in_c) : (vec){0};
	depthwise_block(s, t, pixels, dz, w, c, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		vec_store_channels(dx + p * step, sum[p], c, s.in_c);
}

/* Row i of a phase of rows and one of columns: taps run backwards through w. */
INLINE void depthwise_data_row(struct direct s, int phase_h, int phase_w, int i, const real *dz, const real *w, int c,
	real *dx, bool add)
{
	const struct direct_phase h = direct_phase_h(s, phase_h), v = direct_phase_w(s, phase_w);
	const struct direct_rows rows = direct_rows(s, h, i);
	const struct direct_split blocks = direct_split(v.places, DEPTHWISE_PIXELS);
	const ptrdiff_t channels = padded(s.in_c), tap_row = (ptrdiff_t)s.stride_h * s.kernel_w * s.in_c;
	const ptrdiff_t tap = (ptrdiff_t)s.stride_w * s.in_c;
	const struct depthwise_sum t = {rows.end - rows.begin, v.taps, direct_dz_width(s) * channels, channels, channels,
		-tap_row, -tap};
	const real *from = dz + direct_dz_at(s, rows.at, v.shift) + c;
	real *to = dx + ((ptrdiff_t)(h.first + i * s.stride_h) * s.in_w + v.first) * s.in_c;
	int at = 0;
	w += ((ptrdiff_t)h.last * s.kernel_w + v.last) * s.in_c - rows.begin * tap_row;
	for (int b = 0; b < blocks.n_large; b++, at += blocks.large)
		depthwise_data_pixels(s, t, blocks.large, from + at * channels, w, c, to + at * tap, tap, add);
	for (int b = 0; b < blocks.n_small; b++, at += blocks.small)
		depthwise_data_pixels(s, t, blocks.small, from + at * channels, w, c, to + at * tap, tap, add);
}

/* dx[ih][iw][c] (+)= sum of dz * w */
INLINE void depthwise_data(struct direct s, const real *restrict dz, const real *restrict w, real *restrict dx, bool add)
{
	for (int phase_h = 0; phase_h < s.stride_h; phase_h++)
		for (int i = 0; i < direct_phase_h(s, phase_h).places; i++)
			for (int c = 0; c < s.in_c; c += LANES)
				UNROLL for (int phase_w = 0; phase_w < s.stride_w; phase_w++)
					depthwise_data_row(s, phase_h, phase_w, i, dz, w, c, dx, add);
}

#endif
