/* Convolution by its definition, in registers: some pixels of a row by some vectors of output channels at a time.
 *
 * The input is copied with its padding, so that no tap is outside. Backward holds dz, the gradient of the sums, with as
 * many zeros on both sides as the taps reach. Of dx, pixels a stride apart are a convolution of dz without strides by
 * the taps that are a stride apart. Weights are packed for these products.
 */
#ifndef TRAINC_DIRECT_H
#define TRAINC_DIRECT_H
#include "matrix.h"
#include "normalise.h"

enum {
	DIRECT_TAPS = 6,                /* rows of the weights' gradient in registers; each needs an address */
	DIRECT_PIXELS = 2               /* whose products go to sums of their own, where one vector of columns has few */
};

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
INLINE ptrdiff_t direct_inputs_size(struct direct s, struct input in)
{
	return direct_pads(s) || in.pack ? padded((s.in_h + s.pad_top + s.pad_bottom) * direct_width(s) * s.in_c) : 0;
}

/* x itself where there is nothing to add to it or to make of it */
INLINE const real *direct_inputs(struct direct s, struct input in, real *copy)
{
	if (!direct_inputs_size(s, in))
		return in.x;
	if (direct_pads(s))
		memset(copy, 0, sizeof *copy * (size_t)direct_inputs_size(s, in));
	for (int h = 0; h < s.in_h; h++)
		input_copy(in, (ptrdiff_t)h * s.in_w * s.in_c, s.in_w, s.in_c,
			copy + ((ptrdiff_t)(h + s.pad_top) * direct_width(s) + s.pad_left) * s.in_c);
	return copy;
}

/* ---- dz with zeros on both sides ---- */

INLINE int direct_dz_left(struct direct s)
{
	return (s.kernel_w - 1) / s.stride_w * s.dilation_w;
}

/* On the right up to the last that a place of x looks for */
INLINE int direct_dz_width(struct direct s)
{
	const int last = (s.in_w - 1 + s.pad_left) / s.stride_w;
	return direct_dz_left(s) + (last < s.out_w ? s.out_w : last + 1);
}

INLINE ptrdiff_t direct_dz_row(struct direct s)
{
	return (ptrdiff_t)direct_dz_width(s) * padded(s.out_c);
}

INLINE ptrdiff_t direct_dz_size(struct direct s)
{
	return s.out_h * direct_dz_row(s);
}

INLINE ptrdiff_t direct_dz_at(struct direct s, int oh, int ow)
{
	return oh * direct_dz_row(s) + (ptrdiff_t)(direct_dz_left(s) + ow) * padded(s.out_c);
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

/* ---- the gradient by data ---- */

/* One axis of dx. Of n_in places, those a stride apart, first, first + stride .., have their sums over the same taps: last,
 * last - stride .., which are a dilation apart in dz. Such places are a phase; there are as many as the stride has steps.
 * The sum of place number i has its first tap at i + shift in dz. (Strides and dilation are never both above 1.) */
struct direct_phase { int first, places, taps, last, shift; };

INLINE struct direct_phase direct_phase(int n_in, int kernel, int stride, int dilation, int pad, int phase)
{
	const int first = (phase + (pad / stride + 1) * stride - pad) % stride, taps = (kernel - phase + stride - 1) / stride;
	const int places = n_in > first ? (n_in - first + stride - 1) / stride : 0;
	if (phase >= kernel)
		return (struct direct_phase){.first = first, .places = places};
	return (struct direct_phase){first, places, taps, phase + (taps - 1) * stride,
		(first + pad - phase) / stride - (taps - 1) * dilation};
}

INLINE struct direct_phase direct_phase_h(struct direct s, int phase)
{
	return direct_phase(s.in_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top, phase);
}

INLINE struct direct_phase direct_phase_w(struct direct s, int phase)
{
	return direct_phase(s.in_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left, phase);
}

/* Taps of all phases before this one */
INLINE int direct_taps_before(int kernel, int stride, int phase)
{
	const int whole = kernel / stride, rest = kernel % stride;
	return phase * whole + (phase < rest ? phase : rest);
}

/* Of a phase of rows and one of columns: where its first tap lies in the pack, in taps */
INLINE int direct_phase_at(struct direct s, int phase_h, int phase_w)
{
	return direct_taps_before(s.kernel_h, s.stride_h, phase_h) * s.kernel_w
		+ direct_phase_h(s, phase_h).taps * direct_taps_before(s.kernel_w, s.stride_w, phase_w);
}

/* dx (+)= for some pixels of a row, step apart, so many vectors of channels from c on */
INLINE void direct_data_pixels(struct direct s, struct direct_sum t, int pixels, int columns, const real *dz,
	const real *pack, int c, real *dx, ptrdiff_t step, bool add)
{
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			sum[p][n] = add ? vec_load_channels(dx + p * step, c + n * LANES, s.in_c) : (vec){0};
	direct_block(t, pixels, columns, dz, pack, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			vec_store_channels(dx + p * step, sum[p][n], c + n * LANES, s.in_c);
}

/* The sum of dx, over so many taps of dz */
INLINE struct direct_sum direct_data(struct direct s, int taps_h, int taps_w)
{
	const ptrdiff_t channels = padded(s.out_c);
	return (struct direct_sum){taps_h, taps_w, s.out_c, s.dilation_h * direct_dz_width(s) * channels,
		s.dilation_w * channels, channels};
}

/* One row of one phase */
INLINE void direct_data_row(struct direct s, struct direct_phase w, struct direct_sum t, int columns, const real *dz,
	const real *pack, int c, real *dx, bool add)
{
	const struct direct_split blocks = direct_split(w.places, block_rows(columns));
	const ptrdiff_t step = (ptrdiff_t)s.stride_w * s.in_c;
	int at = 0;
	for (int i = 0; i < blocks.n_large; i++, at += blocks.large)
		direct_data_pixels(s, t, blocks.large, columns, dz + at * t.pixel, pack, c, dx + at * step, step, add);
	for (int i = 0; i < blocks.n_small; i++, at += blocks.small)
		direct_data_pixels(s, t, blocks.small, columns, dz + at * t.pixel, pack, c, dx + at * step, step, add);
}

/* Rows of taps, begin to end, of place i of a phase that are inside dz, and where the first of them lies in it */
struct direct_rows { int begin, end, at; };

INLINE struct direct_rows direct_rows(struct direct s, struct direct_phase h, int i)
{
	const int at = i + h.shift, begin = at < 0 ? (s.dilation_h - 1 - at) / s.dilation_h : 0;
	const int end = at_most(h.taps, at < s.out_h ? (s.out_h - 1 - at) / s.dilation_h + 1 : 0);
	return begin < end ? (struct direct_rows){begin, end, at + begin * s.dilation_h} : (struct direct_rows){0};
}

INLINE void direct_data_phase(struct direct s, int phase_h, int phase_w, int columns, const real *dz, const real *pack,
	int c, real *dx, bool add)
{
	const struct direct_phase h = direct_phase_h(s, phase_h), w = direct_phase_w(s, phase_w);
	const ptrdiff_t tap = (ptrdiff_t)s.out_c * columns * LANES;
	pack += direct_phase_at(s, phase_h, phase_w) * tap;
	for (int i = 0; i < h.places; i++) {
		const struct direct_rows rows = direct_rows(s, h, i);
		const struct direct_sum t = direct_data(s, rows.end - rows.begin, w.taps);
		const real *from = dz + direct_dz_at(s, rows.at, w.shift);
		real *to = dx + ((ptrdiff_t)(h.first + i * s.stride_h) * s.in_w + w.first) * s.in_c;
		direct_data_row(s, w, t, columns, from, pack + rows.begin * w.taps * tap, c, to, add);
	}
}

INLINE void direct_data_panel(struct direct s, int columns, const real *dz, const real *pack, int c, real *dx, bool add)
{
	for (int phase_h = 0; phase_h < s.stride_h; phase_h++)
		UNROLL for (int phase_w = 0; phase_w < s.stride_w; phase_w++)
			direct_data_phase(s, phase_h, phase_w, columns, dz, pack, c, dx, add);
}

/* ---- the same for few channels, whose vectors would be mostly empty: a row of taps is a run of dx ---- */

INLINE bool direct_few(struct direct s)
{
	return s.dilation_w == 1 && s.kernel_w > 1 && 2 * s.in_c <= LANES && vectors_of(s.kernel_w * s.in_c) <= BLOCK_COLUMNS;
}

/* to += the runs that some pixels of dz give by a row of taps; each begins a stride behind the one before */
INLINE void direct_few_pixels(struct direct s, int pixels, const real *dz, const real *pack, real *to)
{
	const int run = s.kernel_w * s.in_c, width = padded(run);
	ALIGNED real runs[BLOCK_ROWS_MOST * BLOCK_COLUMNS * LANES];
	matrix_block(pixels, width / LANES, s.out_c, (struct matrix){dz, padded(s.out_c), 1}, pack, width, runs, width, false);
	UNROLL for (int p = 0; p < pixels; p++, to += s.stride_w * s.in_c)
		UNROLL for (int c = 0; c < width; c += LANES)
			vec_store_channels(to, vec_load_channels(to, c, run) + vec_load(runs + p * width + c), c, run);
}

/* sums, dx with its padding, += what a row of dz gives by a row of taps */
INLINE void direct_few_row(struct direct s, int oh, int kh, const real *dz, const real *pack, real *sums)
{
	const int width = padded(s.kernel_w * s.in_c);
	const struct direct_split blocks = direct_split(s.out_w, block_rows(width / LANES));
	const real *from = dz + direct_dz_at(s, oh, 0), *taps = pack + (ptrdiff_t)kh * s.out_c * width;
	real *to = sums + (ptrdiff_t)(oh * s.stride_h + kh * s.dilation_h) * direct_width(s) * s.in_c;
	int ow = 0;
	for (int i = 0; i < blocks.n_large; i++, ow += blocks.large)
		direct_few_pixels(s, blocks.large, from + (ptrdiff_t)ow * padded(s.out_c), taps, to + ow * s.stride_w * s.in_c);
	for (int i = 0; i < blocks.n_small; i++, ow += blocks.small)
		direct_few_pixels(s, blocks.small, from + (ptrdiff_t)ow * padded(s.out_c), taps, to + ow * s.stride_w * s.in_c);
}

/* scratch: as direct_inputs_size, but also without padding */
INLINE void direct_few_data(struct direct s, const real *restrict dz, const real *restrict pack, real *restrict scratch,
	real *restrict dx, bool add)
{
	const int row = direct_width(s) * s.in_c, inner = s.in_w * s.in_c;
	memset(scratch, 0, sizeof *scratch * (size_t)((s.in_h + s.pad_top + s.pad_bottom) * row));
	for (int oh = 0; oh < s.out_h; oh++)
		for (int kh = 0; kh < s.kernel_h; kh++)
			direct_few_row(s, oh, kh, dz, pack, scratch);
	for (int h = 0; h < s.in_h; h++, dx += inner)
		for (int i = 0; i < inner; i += LANES) {
			const vec sum = vec_load_channels(scratch + (h + s.pad_top) * row + s.pad_left * s.in_c, i, inner);
			vec_store_channels(dx, add ? vec_load_channels(dx, i, inner) + sum : sum, i, inner);
		}
}

/* One tap of [kh][o][kw][i], zeros behind each run */
INLINE void direct_few_pack(struct direct s, int tap, const real *restrict w, real *restrict pack)
{
	const int kh = tap / s.kernel_w, kw = tap % s.kernel_w, width = padded(s.kernel_w * s.in_c);
	const int end = kw + 1 < s.kernel_w ? s.in_c : width - kw * s.in_c;
	for (int o = 0; o < s.out_c; o++)
		for (int i = 0; i < end; i++)
			pack[(ptrdiff_t)(kh * s.out_c + o) * width + kw * s.in_c + i] =
				i < s.in_c ? w[((ptrdiff_t)tap * s.in_c + i) * s.out_c + o] : 0;
}

/* ---- either ---- */

/* dx[ih][iw][i] (+)= sum of dz * w, packed by direct_pack_data; scratch: direct_few_data's */
INLINE void direct_data_all(struct direct s, const real *restrict dz, const real *restrict pack, real *restrict scratch,
	real *restrict dx, bool add)
{
	if (direct_few(s)) {
		direct_few_data(s, dz, pack, scratch, dx, add);
		return;
	}
	const int vectors = vectors_of(s.in_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	const int depth = s.kernel_h * s.kernel_w * s.out_c;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		direct_data_panel(s, BLOCK_COLUMNS, dz, pack + (ptrdiff_t)v * LANES * depth, v * LANES, dx, add);
	if (whole < vectors)
		direct_data_panel(s, vectors - whole, dz, pack + (ptrdiff_t)whole * LANES * depth, whole * LANES, dx, add);
}

/* ---- the weights' gradient ---- */

/* dw[first .. first + taps)[columns from c] += sum over the pixels of so many rows of x * dz */
INLINE void direct_weights_block(struct direct s, int rows, int taps, int columns, const real *restrict x,
	const real *restrict dz, int first, int c, real *restrict dw)
{
	const ptrdiff_t width = direct_width(s), run = (ptrdiff_t)s.kernel_w * s.in_c;
	const int pixels = columns == 1 && s.out_w % DIRECT_PIXELS == 0 ? DIRECT_PIXELS : 1;
	const real *from[DIRECT_TAPS];
	vec sum[DIRECT_PIXELS][DIRECT_TAPS][BLOCK_COLUMNS];
	UNROLL for (int m = 0; m < taps; m++) {
		const int k = first + m, kh = k / run, kw = k % run / s.in_c;
		from[m] = x + (kh * s.dilation_h * width + kw * s.dilation_w) * s.in_c + k % s.in_c;
		UNROLL for (int p = 0; p < pixels; p++)
			UNROLL for (int n = 0; n < columns; n++)
				sum[p][m][n] = (vec){0};
	}
	for (int oh = 0; oh < rows; oh++) {
		ptrdiff_t at = oh * s.stride_h * width * s.in_c;
		const real *b = dz + direct_dz_at(s, oh, 0) + c;
		for (int ow = 0; ow < s.out_w; ow += pixels)
			UNROLL for (int p = 0; p < pixels; p++, at += s.stride_w * s.in_c, b += padded(s.out_c)) {
				vec right[BLOCK_COLUMNS];
				UNROLL for (int n = 0; n < columns; n++)
					right[n] = vec_load(b + n * LANES);
				UNROLL for (int m = 0; m < taps; m++) {
					const vec left = vec_broadcast(from[m][at]);
					UNROLL for (int n = 0; n < columns; n++)
						sum[p][m][n] += left * right[n];
				}
			}
	}
	UNROLL for (int m = 0; m < taps; m++)
		UNROLL for (int n = 0; n < columns; n++) {
			real *to = dw + (ptrdiff_t)(first + m) * s.out_c;
			vec total = sum[0][m][n];
			UNROLL for (int p = 1; p < pixels; p++)
				total += sum[p][m][n];
			vec_store_channels(to, vec_load_channels(to, c + n * LANES, s.out_c) + total, c + n * LANES, s.out_c);
		}
}

INLINE void direct_weights_panel(struct direct s, int rows, int columns, const real *restrict x, const real *restrict dz, int c,
	real *restrict dw)
{
	const struct direct_split blocks = direct_split(s.kernel_h * s.kernel_w * s.in_c, DIRECT_TAPS);
	int first = 0;
	for (int i = 0; i < blocks.n_large; i++, first += blocks.large)
		direct_weights_block(s, rows, blocks.large, columns, x, dz, first, c, dw);
	for (int i = 0; i < blocks.n_small; i++, first += blocks.small)
		direct_weights_block(s, rows, blocks.small, columns, x, dz, first, c, dw);
}

/* dw[kh][kw][i][o] += sum over pixels of x * dz, of so many rows of dz from `first` on, at dz; x being direct_inputs' */
INLINE void direct_weights(struct direct s, int first, int rows, const real *restrict x, const real *restrict dz,
	real *restrict dw)
{
	x += (ptrdiff_t)first * s.stride_h * direct_width(s) * s.in_c;
	const int vectors = vectors_of(s.out_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		direct_weights_panel(s, rows, BLOCK_COLUMNS, x, dz, v * LANES, dw);
	if (whole < vectors)
		direct_weights_panel(s, rows, vectors - whole, x, dz, whole * LANES, dw);
}

/* ---- packs: one tap of each ---- */

INLINE void direct_pack(struct direct s, int tap, const real *restrict w, real *restrict pack)
{
	const int depth = s.kernel_h * s.kernel_w * s.in_c, vectors = vectors_of(s.out_c);
	for (int k = tap * s.in_c; k < (tap + 1) * s.in_c; k++)
		for (int o = 0; o < s.out_c; o += LANES)
			vec_store(pack + packed_at(vectors, depth, k, o), vec_load_channels(w + (ptrdiff_t)k * s.out_c, o, s.out_c));
}

/* over [phase of rows][phase of columns][their taps, reversed][o], or as direct_few_pack */
INLINE void direct_pack_data(struct direct s, int tap, const real *restrict w, real *restrict pack)
{
	if (direct_few(s)) {
		direct_few_pack(s, tap, w, pack);
		return;
	}
	const int kh = tap / s.kernel_w, kw = tap % s.kernel_w, depth = s.kernel_h * s.kernel_w * s.out_c;
	const struct direct_phase h = direct_phase_h(s, kh % s.stride_h), v = direct_phase_w(s, kw % s.stride_w);
	const int at = direct_phase_at(s, kh % s.stride_h, kw % s.stride_w) + (h.last - kh) / s.stride_h * v.taps
		+ (v.last - kw) / s.stride_w;
	const real *from = w + (ptrdiff_t)tap * s.in_c * s.out_c;
	for (int o = 0; o < s.out_c; o++)
		for (int i = 0; i < padded(s.in_c); i++)
			pack[packed_at(vectors_of(s.in_c), depth, at * s.out_c + o, i)] = i < s.in_c ? from[(ptrdiff_t)i * s.out_c + o] : 0;
}

#endif
