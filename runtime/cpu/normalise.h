/* Batch normalization of rows of channels: statistics and sums for some vectors of channels at a time, in registers.
 *
 * A dependent addition takes as long as four that are not, so there are four sums in flight: those of one, two or four
 * vectors of channels, each over every fourth, every second or all pixels.
 */
#ifndef TRAINC_NORMALISE_H
#define TRAINC_NORMALISE_H
#include "cpu.h"

enum { NORMALISE_SUMS = 4 };

struct normalise { int pixels, channels; };

/* Vectors of channels that go together */
INLINE int normalise_columns(struct normalise s)
{
	return s.channels > 2 * LANES ? 4 : s.channels > LANES ? 2 : 1;
}

/* Pixels that go together */
INLINE int normalise_rows(struct normalise s)
{
	return NORMALISE_SUMS / normalise_columns(s);
}

/* The first channel of sum i, c being that of all */
INLINE int normalise_channel(struct normalise s, int i, int c)
{
	return c + i % normalise_columns(s) * LANES;
}

/* Where sum i's next number begins its pixel's row of channels, p being the first pixel; -1 if there is none. */
INLINE ptrdiff_t normalise_at(struct normalise s, int i, int p, int c)
{
	const int columns = normalise_columns(s), pixel = p + i / columns;
	const bool below = s.pixels % normalise_rows(s) == 0 || pixel < s.pixels;
	const bool inside = s.channels % (columns * LANES) == 0 || normalise_channel(s, i, c) < s.channels;
	return below && inside ? (ptrdiff_t)pixel * s.channels : -1;
}

/* The sums of one vector of channels together */
INLINE vec normalise_total(struct normalise s, const vec sum[NORMALISE_SUMS], int column)
{
	vec total = sum[column];
	UNROLL for (int i = 1; i < NORMALISE_SUMS; i++)
		if (i > column && i % normalise_columns(s) == column)
			total += sum[i];
	return total;
}

/* ---- numbers on their way through it ---- */

/* Its pack: rows of one number a channel, of statistics and parameters */
enum { NORMALISE_MEAN, NORMALISE_RATE, NORMALISE_SCALE, NORMALISE_SHIFT, NORMALISE_ROWS };

/* gamma, beta: NULL for none, which is 1 and 0 */
INLINE void normalise_pack(int channels, real epsilon, const real *mean, const real *variance, const real *gamma,
	const real *beta, real *pack)
{
	for (int c = 0; c < channels; c++, pack++) {
		const real rate = 1 / real_sqrt(variance[c] + epsilon);
		pack[NORMALISE_MEAN * channels] = mean[c];
		pack[NORMALISE_RATE * channels] = rate;
		pack[NORMALISE_SCALE * channels] = gamma ? gamma[c] * rate : rate;
		pack[NORMALISE_SHIFT * channels] = beta ? beta[c] : 0;
	}
}

INLINE vec normalise_row(const real *pack, int row, int c, int n)
{
	return vec_load_channels(pack + row * n, c, n);
}

/* y of a vector of channels c .. of n */
INLINE vec normalise_forward(const real *pack, vec x, int c, int n)
{
	return (x - normalise_row(pack, NORMALISE_MEAN, c, n)) * normalise_row(pack, NORMALISE_SCALE, c, n)
		+ normalise_row(pack, NORMALISE_SHIFT, c, n);
}

/* What a kernel takes: x as it is, or, with a pack, through batch normalization and activation as it is read, so that neither has
 * a pass of its own */
struct input { const real *x, *pack; vec (*activation)(vec); };

/* The input from its number n on */
INLINE struct input input_at(struct input in, ptrdiff_t n)
{
	in.x += n;
	return in;
}

/* The vector v of the input's channels c .. of n, read */
INLINE vec input_of(struct input in, vec v, int c, int n)
{
	return in.pack ? in.activation(normalise_forward(in.pack, v, c, n)) : v;
}

/* to[pixel][n] = as many pixels of the input, read, from its number `from` on */
INLINE void input_copy(struct input in, ptrdiff_t from, int pixels, int n, real *to)
{
	if (!in.pack) {
		memcpy(to, in.x + from, sizeof *to * (size_t)pixels * (size_t)n);
		return;
	}
	for (int p = 0; p < pixels; p++)
		for (int c = 0; c < n; c += LANES)
			vec_store_channels(to + p * n, input_of(in, vec_load_channels(in.x + from + p * n, c, n), c, n), c, n);
}

/* Of a vector of channels: what makes dx of dy, the gradient of y */
struct normalise_gradient { vec mean, scale, slope, shift; };

/* total: sums over the batch of dy[n] and dy * normalised x[n], part: 1 / how many numbers that were */
INLINE struct normalise_gradient normalise_gradient(const real *pack, const real *total, real part, int c, int n)
{
	const vec rate = normalise_row(pack, NORMALISE_RATE, c, n), scale = normalise_row(pack, NORMALISE_SCALE, c, n);
	return (struct normalise_gradient){normalise_row(pack, NORMALISE_MEAN, c, n), scale,
		scale * part * rate * vec_load_channels(total + n, c, n), scale * part * vec_load_channels(total, c, n)};
}

/* dx = scale * (dy - mean of dy - normalised x * mean of dy * normalised x), means over the whole batch, as the statistics are */
INLINE vec normalise_backward(struct normalise_gradient g, vec x, vec dy)
{
	return g.scale * dy - (g.slope * (x - g.mean) + g.shift);
}

/* ---- statistics ---- */

/* Adds a sample's mean and squared deviations to the slot's, for one vector of channels: pairwise as in Chan, Golub, LeVeque,
 * "Updating formulae and a pairwise algorithm for computing sample variances", 1979. j samples are in already; sum and
 * squares are of this one's differences from origin. */
INLINE void normalise_add(struct normalise s, int j, vec origin, vec sum, vec squares, int c, real *mean, real *deviations)
{
	const real pixel = 1 / (real)s.pixels, sample = 1 / (real)(j + 1), common = (real)s.pixels * (real)j * sample;
	const vec before = vec_load_channels(mean, c, s.channels), delta = origin + sum * pixel - before;
	const vec own = squares - sum * sum * pixel;
	vec_store_channels(mean, before + delta * sample, c, s.channels);
	vec_store_channels(deviations, vec_load_channels(deviations, c, s.channels)
		+ (vec)((vec_mask)own & ~(vec_mask)(own < (vec){0})) + delta * delta * common, c, s.channels);
}

/* A sample's sums, of a vector of channels: of its numbers' differences from an origin, and of the differences' squares */
struct normalise_sums { vec origin, sum, squares; };

/* Adds pixels first .. first + n of the sample at x to its sums, of all vectors of channels. Differences are from the mean of
 * the j samples before, which is near this one's, so that squares of large means do not cancel; the first sample's from its first
 * pixel. */
INLINE void normalise_account(struct normalise s, int first, int n, const real *x, const real *mean, int j,
	struct normalise_sums *own)
{
	const struct normalise part = {n, s.channels};
	const int columns = normalise_columns(s);
	x += (ptrdiff_t)first * s.channels;
	for (int c = 0; c < s.channels; c += columns * LANES, own += columns) {
		vec origin[NORMALISE_SUMS] = {0}, sum[NORMALISE_SUMS] = {0}, squares[NORMALISE_SUMS] = {0};
		UNROLL for (int i = 0; i < NORMALISE_SUMS; i++) {
			if (normalise_channel(s, i, c) >= s.channels)
				continue;
			origin[i] = first ? own[i % columns].origin : vec_load_channels(j ? mean : x, normalise_channel(s, i, c), s.channels);
			if (first && i < columns) {
				sum[i] = own[i].sum;
				squares[i] = own[i].squares;
			}
		}
		for (int p = 0; p < n; p += normalise_rows(s))
			UNROLL for (int i = 0; i < NORMALISE_SUMS; i++) {
				const ptrdiff_t at = normalise_at(part, i, p, c);
				if (at < 0)
					continue;
				const vec d = vec_load_channels(x + at, normalise_channel(s, i, c), s.channels) - origin[i];
				sum[i] += d;
				squares[i] += d * d;
			}
		UNROLL for (int i = 0; i < columns; i++)
			if (normalise_channel(s, i, c) < s.channels)
				own[i] = (struct normalise_sums){origin[i], normalise_total(s, sum, i), normalise_total(s, squares, i)};
	}
}

/* Adds a sample's mean and squared deviations to the slot's, by its sums: moments = mean[channels], deviations[channels] */
INLINE void normalise_end(struct normalise s, int j, const struct normalise_sums *own, real *moments)
{
	for (int c = 0; c < s.channels; c += LANES, own++)
		normalise_add(s, j, own->origin, own->sum, own->squares, c, moments, moments + s.channels);
}

#endif
