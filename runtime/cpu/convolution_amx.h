/* Convolutions by AMX (amx.h): inputs, weights and gradients rounded to bfloat16, sums in float.
 *
 * Inputs are copied into an image with zeros around: a row of taps of one output is a run of numbers there, and outputs beside
 * each other begin a pixel (or a stride) apart, so tiles are loaded from it as it is. dz has an image of the same size, with
 * the places between strides zeros; dx is the convolution of it, without strides, by the taps reversed. For the weights' gradient
 * the sum runs over pixels, in the order of these images, and over samples: dz as pairs of pixels, the inputs turned round into
 * planes, one a channel. Two rows of outputs by 32 channels are made at a time, or two tiles of the weights by 32.
 */
#ifndef TRAINC_CONVOLUTION_AMX_H
#define TRAINC_CONVOLUTION_AMX_H
#include "amx.h"
#include "direct.h"

enum {
	AMX_GROUP = 2 * AMX_COLUMNS,    /* output channels that are made together */
	AMX_CHUNKS = 10                 /* of pixels at most whose planes and pairs the first-level cache holds for all taps */
};

/* A convolution of an image of width pixels of so many channels into rows of columns outputs, channels_out numbers each */
struct amx_window { int width, channels, kernel_h, kernel_w, stride_h, stride_w, columns, channels_out; };

/* ---- sizes, in reals where nothing else is said ---- */

INLINE int amx_image_width(struct direct s)
{
	return s.in_w + s.kernel_w - 1;
}

INLINE int amx_image_pixels(struct direct s)
{
	return (s.in_h + s.kernel_h - 1) * amx_image_width(s);
}

/* An image, and what a tile's last row reaches beyond it */
INLINE int amx_image_size(struct direct s, int channels)
{
	return amx_up(amx_image_pixels(s) * channels + AMX_CHUNK, AMX_CHUNK) / 2;
}

/* Chunks of a row of taps */
INLINE int amx_run(struct amx_window w)
{
	return amx_up(w.kernel_w * w.channels, AMX_CHUNK) / AMX_CHUNK;
}

INLINE int amx_rows_size(struct amx_window w)
{
	return 2 * w.columns * AMX_GROUP;
}

/* Where dz's first pixel lies in its image */
INLINE int amx_origin(struct direct s)
{
	return (s.kernel_h - 1 - s.pad_top) * amx_image_width(s) + s.kernel_w - 1 - s.pad_left;
}

/* Pixels from dz's first to its last, in whole chunks */
INLINE int amx_pixels(struct direct s)
{
	return amx_up((s.out_h - 1) * s.stride_h * amx_image_width(s) + (s.out_w - 1) * s.stride_w + 1, AMX_CHUNK);
}

INLINE int amx_pairs_size(struct direct s)
{
	return amx_pixels(s) / 2 * amx_up(s.out_c, AMX_GROUP);
}

/* Numbers of a plane: all that the taps of the last chunk reach; an odd number of lines of the caches */
INLINE int amx_plane(struct direct s)
{
	const int reach = amx_pixels(s) + (s.kernel_h - 1) * amx_image_width(s) + s.kernel_w - 1;
	const int image = amx_image_pixels(s) + AMX_CHUNK;
	return (amx_up(reach > image ? reach : image, AMX_CHUNK) / AMX_CHUNK | 1) * AMX_CHUNK;
}

INLINE int amx_planes_size(struct direct s)
{
	return amx_up(s.in_c, AMX_ROWS) * amx_plane(s) / 2;
}

INLINE struct amx_window amx_forward(struct direct s)
{
	return (struct amx_window){amx_image_width(s), s.in_c, s.kernel_h, s.kernel_w, s.stride_h, s.stride_w, s.out_w, s.out_c};
}

INLINE struct amx_window amx_data(struct direct s)
{
	return (struct amx_window){amx_image_width(s), s.out_c, s.kernel_h, s.kernel_w, 1, 1, s.in_w, s.in_c};
}

/* ---- weights: [pair of tiles of columns][row of taps][chunk][tile], each tile [16][16] pairs ---- */

/* Where the tiles of columns from 32 * group on begin, in numbers, and how many there are */
INLINE ptrdiff_t amx_pack_at(struct amx_window w, int group)
{
	return (ptrdiff_t)group * w.kernel_h * amx_run(w) * 2 * AMX_TILE;
}

INLINE int amx_pack_tiles(struct amx_window w, int group)
{
	return at_most(amx_up(w.channels_out, AMX_COLUMNS) / AMX_COLUMNS - 2 * group, 2);
}

/* pack = the weights at from[tap of the row][channel][output], which lie so far apart, of one row of taps */
INLINE void amx_pack_row(struct amx_window w, int row, const real *from, ptrdiff_t tap, ptrdiff_t channel, ptrdiff_t output,
	bf16 *pack)
{
	const int depth = w.kernel_w * w.channels;
	for (int group = 0; 2 * group * AMX_COLUMNS < w.channels_out; group++) {
		const int tiles = amx_pack_tiles(w, group);
		bf16 *to = pack + amx_pack_at(w, group) + (ptrdiff_t)row * amx_run(w) * tiles * AMX_TILE;
		for (int k = 0; k < amx_run(w) * AMX_CHUNK; k++)
			for (int c = 0; c < tiles * AMX_COLUMNS; c++) {
				const int o = 2 * group * AMX_COLUMNS + c;
				const bool there = k < depth && o < w.channels_out;
				const real number = there ? from[k / w.channels * tap + k % w.channels * channel + o * output] : 0;
				to[(k / AMX_CHUNK * tiles + c / AMX_COLUMNS) * AMX_TILE + k % AMX_CHUNK / 2 * AMX_CHUNK
					+ c % AMX_COLUMNS * 2 + k % 2] = (bf16)(bf16_bits((float)number) >> 16);
			}
	}
}

/* For y: one row of taps of w[kh][kw][i][o] */
INLINE void amx_pack(struct direct s, int row, const real *w, real *pack)
{
	amx_pack_row(amx_forward(s), row, w + (ptrdiff_t)row * s.kernel_w * s.in_c * s.out_c, (ptrdiff_t)s.in_c * s.out_c, s.out_c, 1,
		(bf16 *)pack);
}

/* For dx: the taps reversed, inputs' and outputs' channels exchanged */
INLINE void amx_pack_data(struct direct s, int row, const real *w, real *pack)
{
	const ptrdiff_t tap = (ptrdiff_t)s.in_c * s.out_c;
	amx_pack_row(amx_data(s), row, w + ((ptrdiff_t)(s.kernel_h - row) * s.kernel_w - 1) * tap, -tap, 1, s.out_c, (bf16 *)pack);
}

/* ---- images ---- */

/* Zeros before and behind rows of so many pixels, the first at `first`, step apart, in an image: all but those rows */
INLINE void amx_zero_around(struct direct s, int channels, int first, int rows, int step, int pixels, bf16 *image)
{
	const ptrdiff_t all = 2 * (ptrdiff_t)amx_image_size(s, channels);
	ptrdiff_t at = 0;
	for (int r = 0; r <= rows; r++) {
		const ptrdiff_t next = r < rows ? (ptrdiff_t)(first + r * step) * channels : all;
		memset(image + at, 0, sizeof *image * (size_t)(next - at));
		at = next + (ptrdiff_t)pixels * channels;
	}
}

/* A row of so many pixels of n channels, read and rounded */
INLINE void amx_input_row(struct input in, ptrdiff_t from, int pixels, int n, bf16 *to)
{
	if (!in.pack) {
		amx_narrow(in.x + from, pixels * n, to);
		return;
	}
	for (int p = 0; p < pixels; p++, from += n, to += n)
		for (int c = 0; c < n; c += LANES)
			amx_narrow_channels(input_of(in, vec_load_channels(in.x + from, c, n), c, n), c, n, to);
}

INLINE void amx_inputs(struct direct s, struct input in, bf16 *image)
{
	const int width = amx_image_width(s), first = s.pad_top * width + s.pad_left;
	amx_zero_around(s, s.in_c, first, s.in_h, width, s.in_w, image);
	for (int h = 0; h < s.in_h; h++)
		amx_input_row(in, (ptrdiff_t)h * s.in_w * s.in_c, s.in_w, s.in_c, image + (ptrdiff_t)(first + h * width) * s.in_c);
}

/* dz's image but for the places of dz itself: those between strides are zeroed with them */
INLINE void amx_clear_dz(struct direct s, bool whole, bf16 *image)
{
	const int width = amx_image_width(s);
	if (whole && s.stride_h == 1 && s.stride_w == 1)
		amx_zero_around(s, s.out_c, amx_origin(s), s.out_h, width, s.out_w, image);
	else
		amx_zero_around(s, s.out_c, 0, 0, 0, 0, image);
}

INLINE ptrdiff_t amx_dz_at(struct direct s, int oh, int ow)
{
	return (ptrdiff_t)(amx_origin(s) + oh * s.stride_h * amx_image_width(s) + ow * s.stride_w) * s.out_c;
}

/* ---- two rows of outputs ---- */

/* Outputs of a tile: a row's, in tiles that are as equal as can be */
INLINE int amx_height(struct amx_window w)
{
	const int tiles = (w.columns + AMX_ROWS - 1) / AMX_ROWS;
	return (w.columns + tiles - 1) / tiles;
}

/* c[rows][columns][32] = the rows from h on of the convolution of an image by a pack, 32 channels from 32 * group on */
INLINE void amx_rows(struct amx_window w, int group, int h, int rows, const bf16 *image, const bf16 *pack, float *c)
{
	const int height = amx_height(w), tiles = amx_pack_tiles(w, group);
	const ptrdiff_t row = (ptrdiff_t)w.stride_h * w.width * w.channels, pixel = (ptrdiff_t)w.stride_w * w.channels;
	const struct amx_right b = {pack + amx_pack_at(w, group), AMX_CHUNK, AMX_TILE, (ptrdiff_t)tiles * AMX_TILE};
	for (int at = 0; at < w.columns; at += height) {
		const int first = at_most(at, w.columns - height);      /* the last may make some once more */
		const struct amx_left a = {image + h * row + first * pixel, pixel, row, amx_run(w), (ptrdiff_t)w.width * w.channels};
		amx_blocks(rows, tiles, w.kernel_h * amx_run(w), a, b,
			(struct amx_sums){c + first * AMX_GROUP, AMX_GROUP, w.columns * AMX_GROUP}, false);
	}
}

/* Opens tiles for amx_rows. */
INLINE void amx_open_rows(struct amx_window w)
{
	amx_open(amx_height(w));
}

/* dx[ih][iw][i] (+)= sum of dz * w, by dz's image; c: amx_rows_size reals of scratch */
INLINE void amx_data_all(struct direct s, const bf16 *image, const real *pack, float *c, real *dx, bool add)
{
	const struct amx_window w = amx_data(s);
	amx_open_rows(w);
	for (int first = 0; first < s.in_c; first += AMX_GROUP)
		for (int h = 0; h < s.in_h; h += 2) {
			const int rows = at_most(s.in_h - h, 2), n = at_most(s.in_c - first, AMX_GROUP);
			amx_rows(w, first / AMX_GROUP, h, rows, image, (const bf16 *)pack, c);
			for (int p = 0; p < rows * s.in_w; p++) {
				real *to = dx + ((ptrdiff_t)h * s.in_w + p) * s.in_c + first;
				for (int i = 0; i < n; i += LANES) {
					const vec sum = vec_load((const real *)(c + p * AMX_GROUP) + i);
					vec_store_channels(to, add ? vec_load_channels(to, i, n) + sum : sum, i, n);
				}
			}
		}
	amx_close();
}

/* ---- the weights' gradient ---- */

/* pairs = those of pixels that follow each other in dz's image, from its first on: [pair][channel] of 32 channels, and those of
 * the next 32 `next` pairs behind. What the last chunk holds behind the image is zeros. */
INLINE void amx_dz_pairs(struct direct s, const bf16 *image, uint32_t *pairs, ptrdiff_t next)
{
	const int there = amx_image_pixels(s) - amx_origin(s);
	image += (ptrdiff_t)amx_origin(s) * s.out_c;
	for (int o = 0; o < s.out_c; o += AMX_GROUP, pairs += next) {
		const int n = at_most(s.out_c - o, AMX_GROUP);
		const bf16 *from = image + o;
		uint32_t *to = pairs;
		for (int p = 0; p < amx_pixels(s); p += 2, from += 2 * s.out_c, to += AMX_GROUP) {
			if (p < there)
				amx_interleave(from, p + 1 < there ? from + s.out_c : NULL, n, to);
			memset(to + (p < there ? n : 0), 0, sizeof *to * (size_t)(p < there ? AMX_GROUP - n : AMX_GROUP));
		}
	}
}

/* Channels c .. of a pixel at x, read: in place where there is nothing to make of them, else at to */
INLINE const real *amx_pixel(struct direct s, struct input in, const real *x, int c, int channels, real *to)
{
	if (!in.pack)
		return x + c;
	for (int i = 0; i < channels; i += LANES)
		vec_store(to + i, input_of(in, vec_load_channels(x, c + i, s.in_c), c + i, s.in_c));
	return to;
}

/* 32 pixels from number `from` of the input on, 16 channels from c on, as 16 rows of planes */
INLINE void amx_plane_square(struct direct s, struct input in, ptrdiff_t from, int w, int c, bf16 *to)
{
	uint32_t pairs[AMX_ROWS * AMX_COLUMNS];
	const int channels = at_most(s.in_c - c, AMX_COLUMNS), pixels = at_most(s.in_w - w, AMX_CHUNK);
	const real *x = in.x + from + (ptrdiff_t)w * s.in_c;
	if (channels < AMX_COLUMNS || pixels < AMX_CHUNK)
		memset(pairs, 0, sizeof pairs);
	for (int p = 0; p < pixels; p += 2, x += 2 * s.in_c) {
		real even[AMX_COLUMNS], odd[AMX_COLUMNS];
		amx_pair(amx_pixel(s, in, x, c, channels, even), p + 1 < pixels ? amx_pixel(s, in, x + s.in_c, c, channels, odd) : NULL,
			channels, pairs + p / 2 * AMX_COLUMNS);
	}
	amx_transpose(pairs, AMX_COLUMNS, (amx_any *)to, amx_plane(s) / 2);
}

/* planes = the inputs' image, channel by channel. A square's zeros behind a row's end are overwritten by the next row; where
 * they fill all of what is between rows, only the ends of planes are left. */
INLINE void amx_planes(struct direct s, struct input in, bf16 *planes)
{
	const int plane = amx_plane(s), width = amx_image_width(s), first = s.pad_top * width + s.pad_left;
	const int squares = amx_up(s.in_w, AMX_CHUNK), last = first + (s.in_h - 1) * width + s.in_w;
	for (int c = 0; c < amx_up(s.in_c, AMX_ROWS); c++) {
		memset(planes + (ptrdiff_t)c * plane, 0, sizeof *planes * (size_t)(squares < width ? plane : first));
		if (squares >= width)
			memset(planes + (ptrdiff_t)c * plane + last, 0, sizeof *planes * (size_t)(plane - last));
	}
	for (int c = 0; c < s.in_c; c += AMX_ROWS)
		for (int h = 0; h < s.in_h; h++)
			for (int w = 0; w < s.in_w; w += AMX_CHUNK)
				amx_plane_square(s, in, (ptrdiff_t)h * s.in_w * s.in_c, w, c,
					planes + (ptrdiff_t)c * plane + (h + s.pad_top) * width + s.pad_left + w);
}

/* Samples whose weights' gradient is summed together: as many as the first-level cache holds planes and pairs of for all taps */
INLINE int amx_together(struct direct s)
{
	const int most = AMX_CHUNKS * AMX_CHUNK / amx_pixels(s);
	return most > 1 ? most : 1;
}

/* What the weights' gradient is summed in: [32 output channels][tap][input channel in whole tiles][output channel], in reals */
INLINE ptrdiff_t amx_sums_at(struct direct s, int o, int tap, int i)
{
	const ptrdiff_t channels = amx_up(s.in_c, AMX_ROWS);
	return (((ptrdiff_t)o / AMX_GROUP * s.kernel_h * s.kernel_w + tap) * channels + i) * AMX_GROUP + o % AMX_GROUP;
}

/* A part of the weights' gradient: so many samples, of each so many chunks from first on */
struct amx_part { int samples, first, chunks; };

/* sums += x * dz of 32 output channels from o on, for two tiles: input channels i .. of a tap, and those `beside` or the next
 * tap's */
INLINE void amx_weights_block(struct direct s, struct amx_part part, const bf16 *planes, const uint32_t *pairs, int o, int tap,
	int i, int tiles, bool beside, float *sums)
{
	const int plane = amx_plane(s), next = beside ? tap : tap + 1;
	const ptrdiff_t here = tap / s.kernel_w * amx_image_width(s) + tap % s.kernel_w;
	const ptrdiff_t there = next / s.kernel_w * amx_image_width(s) + next % s.kernel_w + (beside ? AMX_ROWS * plane : 0);
	const struct amx_left a = {planes + (ptrdiff_t)i * plane + here + part.first * AMX_CHUNK, plane, there - here, part.chunks,
		2 * (ptrdiff_t)amx_planes_size(s)};
	const struct amx_right b = {(const bf16 *)(pairs + (ptrdiff_t)part.first * AMX_CHUNK / 2 * AMX_GROUP), 2 * AMX_GROUP,
		2 * AMX_COLUMNS, (ptrdiff_t)AMX_CHUNK * AMX_GROUP};
	const ptrdiff_t at = amx_sums_at(s, o, tap, i);
	amx_blocks(tiles, s.out_c - o > AMX_COLUMNS ? 2 : 1, part.samples * part.chunks, a, b,
		(struct amx_sums){sums + at, AMX_GROUP, amx_sums_at(s, o, next, beside ? i + AMX_ROWS : i) - at}, true);
}

/* sums += the sum over so many samples' pixels of x * dz: their planes, amx_planes_size apart, and pairs, [32 channels][sample]
 * [pair][channel] */
INLINE void amx_weights(struct direct s, int samples, const bf16 *planes, const uint32_t *pairs, float *sums)
{
	const int chunks = amx_pixels(s) / AMX_CHUNK, parts = (chunks + AMX_CHUNKS - 1) / AMX_CHUNKS;
	const int each = (chunks + parts - 1) / parts;
	const int taps = s.kernel_h * s.kernel_w;
	amx_open(AMX_ROWS);
	for (int o = 0; o < s.out_c; o += AMX_GROUP, pairs += (ptrdiff_t)samples * amx_pixels(s) / 2 * AMX_GROUP)
		for (int first = 0; first < chunks; first += each) {
			const struct amx_part part = {samples, first, at_most(chunks - first, each)};
			for (int i = 0; i < s.in_c; i += 2 * AMX_ROWS) {
				const bool beside = s.in_c - i > AMX_ROWS;
				for (int tap = 0; tap < taps; tap += beside ? 1 : 2)
					amx_weights_block(s, part, planes, pairs, o, tap, i, beside ? 2 : at_most(taps - tap, 2), beside, sums);
			}
		}
	amx_close();
}

/* dw = the sum over slots, in order, of such sums, which are `slot` reals apart: one tap */
INLINE void amx_unpack(struct direct s, int tap, int slots, ptrdiff_t slot, const real *sums, real *dw)
{
	for (int i = 0; i < s.in_c; i++)
		for (int o = 0; o < s.out_c; o += LANES) {
			const real *from = sums + amx_sums_at(s, o, tap, i);
			vec sum = vec_load(from);
			for (int other = 1; other < slots; other++)
				sum += vec_load(from + other * slot);
			vec_store_channels(dw + ((ptrdiff_t)tap * s.in_c + i) * s.out_c, sum, o, s.out_c);
		}
}

#endif
