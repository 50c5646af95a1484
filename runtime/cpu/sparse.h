/* Gradients of a convolution whose outputs went through 2x2 max-pooling: of four gradients dz at most one is not zero, and
 * activation and dropout leave fewer. Only those are multiplied.
 *
 * Each non-zero dz[pixel][o] is an entry of two lists: its pixel's, for dx, and its channel's, for dw. dx goes row by row
 * with the window of kernel_w pixels that one dz reaches in registers, sliding along; dw keeps kernel_w taps of one
 * output channel in registers while that channel's entries pass by. A product costs one load, of a weight or of an input:
 * half the rate of multiply-adds, for at most a quarter of the products.
 *
 * Input channels are taken SPARSE_SUMS / kernel_w vectors at a time, a chunk. Weights and their gradients are
 * [chunk][kh][o][kw][channels of the chunk]. Strides and dilations are 1; there may be padding.
 */
#ifndef TRAINC_SPARSE_H
#define TRAINC_SPARSE_H
#include "matrix.h"
#include "normalise.h"

enum { SPARSE_SUMS = BLOCK_SUMS, SPARSE_BAND_BYTES = 28 << 10 };

/* in_h x in_w x in_c -> out_h x out_w x out_c by kernel_h x kernel_w, then pooled */
struct sparse { int in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, pad_top, pad_left, pad_bottom, pad_right; };

/* The output channel, or where the input that belongs to the tap 0, 0 begins; and the gradient. */
struct sparse_entry { int32_t at; real d; };

/* Of pixels of the convolution's output, then of output channels: each with as many entries as counts says. */
struct sparse_lists { struct sparse_entry *pixels, *channels; int32_t *pixel_counts, *channel_counts; };

INLINE int sparse_height(struct sparse s)
{
	return s.out_h / 2;
}

INLINE int sparse_width(struct sparse s)
{
	return s.out_w / 2;
}

/* ---- memory ---- */

/* Entries that a list of at most so many takes: an odd number of cache lines, for the lists are begun all at once. */
INLINE ptrdiff_t sparse_list(int most)
{
	const int line = 64 / (int)sizeof(struct sparse_entry);
	return (ptrdiff_t)((most + line - 1) / line | 1) * line;
}

/* Pooled rows whose entries are gathered before they are multiplied, so that their inputs fit the first-level cache. */
INLINE int sparse_band(struct sparse s)
{
	const int row = (s.in_w + s.pad_left + s.pad_right) * padded(s.in_c) * (int)sizeof(real);
	const int fit = SPARSE_BAND_BYTES / 2 / row > 1 ? SPARSE_BAND_BYTES / 2 / row : 1;
	const int bands = (sparse_height(s) + fit - 1) / fit;
	return (sparse_height(s) + bands - 1) / bands;
}

/* Inputs and their gradients have padding, and whole vectors of channels: copies of what lacks them */
INLINE bool sparse_copies(struct sparse s)
{
	return s.pad_top || s.pad_left || s.pad_bottom || s.pad_right || s.in_c % LANES;
}

INLINE ptrdiff_t sparse_row(struct sparse s)
{
	return (ptrdiff_t)(s.in_w + s.pad_left + s.pad_right) * padded(s.in_c);
}

INLINE ptrdiff_t sparse_inputs_size(struct sparse s)
{
	return sparse_copies(s) ? (s.in_h + s.pad_top + s.pad_bottom) * sparse_row(s) : 0;
}

/* Lays the lists into scratch and returns what is behind them. */
INLINE real *sparse_lists(struct sparse s, real *scratch, struct sparse_lists *lists)
{
	const int pixels = 4 * sparse_height(s) * sparse_width(s);
	lists->pixels = (struct sparse_entry *)scratch;
	lists->channels = lists->pixels + pixels * sparse_list(s.out_c);
	lists->pixel_counts = (int32_t *)(lists->channels + s.out_c * sparse_list(sparse_band(s) * sparse_width(s)));
	lists->channel_counts = lists->pixel_counts + pixels;
	return scratch + (((real *)(lists->channel_counts + s.out_c) - scratch) / MAX_LANES + 1) * MAX_LANES;
}

/* x itself where it needs no copy */
INLINE const real *sparse_inputs(struct sparse s, struct input in, real *restrict copy)
{
	if (!sparse_copies(s) && !in.pack)
		return in.x;
	memset(copy, 0, sizeof *copy * (size_t)sparse_inputs_size(s));
	for (int h = 0; h < s.in_h; h++)
		for (int w = 0; w < s.in_w; w++)
			input_copy(in, ((ptrdiff_t)h * s.in_w + w) * s.in_c, 1, s.in_c,
				copy + (h + s.pad_top) * sparse_row(s) + (w + s.pad_left) * padded(s.in_c));
	return copy;
}

/* ---- lists ---- */

/* Appends the pooled pixel's dz[padded out_c], which[out_c] saying in its low two bits where in the window each belongs.
 * The window's four counts share a word. */
INLINE void sparse_window(struct sparse s, int pooled, const real *restrict dz, const uint8_t *restrict which,
	struct sparse_lists lists)
{
	const int h = pooled / sparse_width(s) * 2, w = pooled % sparse_width(s) * 2, width = 2 * sparse_width(s);
	const ptrdiff_t channel = sparse_list(sparse_band(s) * sparse_width(s));
	struct sparse_entry *list[4];
	int32_t at[4];
	uint64_t counts = 0;
	UNROLL for (int k = 0; k < 4; k++) {
		at[k] = (int32_t)((h + k / 2) * sparse_row(s) + (w + k % 2) * padded(s.in_c));
		list[k] = lists.pixels + ((h + k / 2) * width + w + k % 2) * sparse_list(s.out_c);
	}
	for (int first = 0; first < s.out_c; first += 64)
		for (uint64_t bits = vec_nonzero(dz + first, padded(s.out_c) - first); bits; bits &= bits - 1) {
			const int o = first + __builtin_ctzll(bits), k = which[o] & 3, shift = 16 * k;
			list[k][counts >> shift & 0xffff] = (struct sparse_entry){o, dz[o]};
			lists.channels[o * channel + lists.channel_counts[o]++] = (struct sparse_entry){at[k], dz[o]};
			counts += (uint64_t)1 << shift;
		}
	UNROLL for (int k = 0; k < 4; k++)
		lists.pixel_counts[(h + k / 2) * width + w + k % 2] = (int32_t)(counts >> 16 * k & 0xffff);
}

/* ---- products ---- */

/* Rows of taps whose sums fit the registers together: all or one */
INLINE int sparse_rows(struct sparse s, int vectors)
{
	return s.kernel_h * s.kernel_w * vectors <= SPARSE_SUMS ? s.kernel_h : 1;
}

/* dw of one output channel and some rows of taps, which are next apart, for a chunk of so many vectors from x on */
INLINE void sparse_weights_rows(struct sparse s, int vectors, int rows, const real *restrict x,
	const struct sparse_entry *restrict entries, int n, real *restrict dw, ptrdiff_t next)
{
	const int taps = s.kernel_w * vectors;
	vec sum[SPARSE_SUMS];
	UNROLL for (int i = 0; i < rows * taps; i++)
		sum[i] = vec_load(dw + i / taps * next + i % taps * LANES);
	for (int e = 0; e < n; e++) {
		const real *from = x + entries[e].at;
		OPAQUE(from);
		const vec d = vec_broadcast(entries[e].d);
		UNROLL for (int i = 0; i < rows * taps; i++)
			sum[i] += d * vec_load(from + i / taps * sparse_row(s) + i % taps / vectors * padded(s.in_c) + i % vectors * LANES);
	}
	UNROLL for (int i = 0; i < rows * taps; i++)
		vec_store(dw + i / taps * next + i % taps * LANES, sum[i]);
}

INLINE void sparse_weights_chunk(struct sparse s, int vectors, const real *restrict x, struct sparse_lists lists,
	real *restrict dw)
{
	const ptrdiff_t channel = sparse_list(sparse_band(s) * sparse_width(s)), taps = s.kernel_w * vectors * LANES;
	const int rows = sparse_rows(s, vectors);
	for (int kh = 0; kh < s.kernel_h; kh += rows)
		for (int o = 0; o < s.out_c; o++)
			sparse_weights_rows(s, vectors, rows, x + kh * sparse_row(s), lists.channels + o * channel, lists.channel_counts[o],
				dw + (kh * s.out_c + o) * taps, s.out_c * taps);
}

/* dx of one row, whose dz are those of a row of pixels, by one row of taps w[o][kw][channels of the chunk] */
INLINE void sparse_data_row(struct sparse s, int vectors, const struct sparse_entry *restrict entries,
	const int32_t *restrict counts, const real *restrict w, real *restrict dx)
{
	const int pixel = padded(s.in_c), columns = 2 * sparse_width(s);
	vec sum[SPARSE_SUMS];
	UNROLL for (int i = 0; i < s.kernel_w * vectors; i++)
		sum[i] = vec_load(dx + i / vectors * pixel + i % vectors * LANES);
	for (int q = 0; q < columns; q++, dx += pixel, entries += sparse_list(s.out_c)) {
		for (int e = 0; e < counts[q]; e++) {
			const real *from = w + entries[e].at * (s.kernel_w * vectors * LANES);
			OPAQUE(from);
			const vec d = vec_broadcast(entries[e].d);
			UNROLL for (int i = 0; i < s.kernel_w * vectors; i++)
				sum[i] += d * vec_load(from + i * LANES);
		}
		if (q == columns - 1)
			break;
		UNROLL for (int v = 0; v < vectors; v++)
			vec_store(dx + v * LANES, sum[v]);
		UNROLL for (int i = 0; i < (s.kernel_w - 1) * vectors; i++)
			sum[i] = sum[i + vectors];
		UNROLL for (int v = 0; v < vectors; v++)
			sum[(s.kernel_w - 1) * vectors + v] = vec_load(dx + s.kernel_w * pixel + v * LANES);
	}
	UNROLL for (int i = 0; i < s.kernel_w * vectors; i++)
		vec_store(dx + i / vectors * pixel + i % vectors * LANES, sum[i]);
}

INLINE void sparse_data_chunk(struct sparse s, int vectors, struct sparse_lists lists, const real *restrict w, real *restrict dx)
{
	const int columns = 2 * sparse_width(s);
	for (int kh = 0; kh < s.kernel_h; kh++, w += s.out_c * s.kernel_w * vectors * LANES)
		for (int h = 0; h < 2 * sparse_height(s); h++)
			sparse_data_row(s, vectors, lists.pixels + h * columns * sparse_list(s.out_c), lists.pixel_counts + h * columns,
				w, dx + (h + kh) * sparse_row(s));
}

INLINE int sparse_vectors(struct sparse s)
{
	const int most = SPARSE_SUMS / s.kernel_w, all = vectors_of(s.in_c);
	return most < all ? most : all;
}

/* Reals of a chunk of so many vectors */
INLINE ptrdiff_t sparse_chunk(struct sparse s, int vectors)
{
	return (ptrdiff_t)s.kernel_h * s.out_c * s.kernel_w * vectors * LANES;
}

/* dx (+)= what a copy gathered */
INLINE void sparse_outputs(struct sparse s, const real *restrict copy, real *restrict dx, bool add)
{
	for (int h = 0; h < s.in_h; h++)
		for (int w = 0; w < s.in_w; w++, dx += s.in_c) {
			const real *from = copy + (h + s.pad_top) * sparse_row(s) + (w + s.pad_left) * padded(s.in_c);
			for (int c = 0; c < s.in_c; c += LANES) {
				vec d = vec_load(from + c);
				vec_store_channels(dx, add ? vec_load_channels(dx, c, s.in_c) + d : d, c, s.in_c);
			}
		}
}

/* dw += x and the channels' entries, x as of sparse_inputs */
INLINE void sparse_weights(struct sparse s, const real *restrict x, struct sparse_lists lists, real *restrict dw)
{
	const int most = sparse_vectors(s), whole = vectors_of(s.in_c) / most, rest = vectors_of(s.in_c) % most;
	for (int chunk = 0; chunk < whole; chunk++)
		sparse_weights_chunk(s, most, x + chunk * most * LANES, lists, dw + chunk * sparse_chunk(s, most));
	if (rest)
		sparse_weights_chunk(s, rest, x + whole * most * LANES, lists, dw + whole * sparse_chunk(s, most));
}

/* dx (+)= w and the pixels' entries; copy: sparse_inputs_size reals of scratch */
INLINE void sparse_data(struct sparse s, struct sparse_lists lists, const real *restrict w, real *restrict copy,
	real *restrict dx, bool add)
{
	const int most = sparse_vectors(s), whole = vectors_of(s.in_c) / most, rest = vectors_of(s.in_c) % most;
	real *to = sparse_copies(s) ? copy : dx;
	if (!add || sparse_copies(s))
		memset(to, 0, sizeof *to * (size_t)((s.in_h + s.pad_top + s.pad_bottom) * sparse_row(s)));
	for (int chunk = 0; chunk < whole; chunk++)
		sparse_data_chunk(s, most, lists, w + chunk * sparse_chunk(s, most), to + chunk * most * LANES);
	if (rest)
		sparse_data_chunk(s, rest, lists, w + whole * sparse_chunk(s, most), to + whole * most * LANES);
	if (sparse_copies(s))
		sparse_outputs(s, copy, dx, add);
}

/* ---- weights ---- */

/* Where w[kh][kw][c][o] lies. */
INLINE ptrdiff_t sparse_at(struct sparse s, int kh, int kw, int c, int o)
{
	const int most = sparse_vectors(s), first = c / LANES / most * most, left = vectors_of(s.in_c) - first;
	const int vectors = left < most ? left : most;
	return first / most * sparse_chunk(s, most)
		+ (((ptrdiff_t)kh * s.out_c + o) * s.kernel_w + kw) * vectors * LANES + (c - first * LANES);
}

/* pack of w[kernel_h][kernel_w][in_c][out_c]: the rows of one tap */
INLINE void sparse_pack(struct sparse s, int tap, const real *restrict w, real *restrict pack)
{
	for (int o = 0; o < s.out_c; o++)
		for (int c = 0; c < padded(s.in_c); c++)
			pack[sparse_at(s, tap / s.kernel_w, tap % s.kernel_w, c, o)] =
				c < s.in_c ? w[((ptrdiff_t)tap * s.in_c + c) * s.out_c + o] : 0;
}

/* dw[kernel_h][kernel_w][in_c][out_c] of the sum over slots, in order, of such sums: the rows of one tap */
INLINE void sparse_unpack(struct sparse s, int tap, int slots, ptrdiff_t slot, const real *restrict sums, real *restrict dw)
{
	for (int o = 0; o < s.out_c; o++)
		for (int c = 0; c < s.in_c; c += LANES) {
			const real *from = sums + sparse_at(s, tap / s.kernel_w, tap % s.kernel_w, c, o);
			vec sum = vec_load(from);
			for (int other = 1; other < slots; other++)
				sum += vec_load(from + other * slot);
			for (int i = 0; i < LANES && c + i < s.in_c; i++)
				dw[((ptrdiff_t)tap * s.in_c + c + i) * s.out_c + o] = sum[i];
		}
}

#endif
