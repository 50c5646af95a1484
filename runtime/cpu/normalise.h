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

/* Differences are from the mean of the samples before, which is near this one's, so that squares of large means do not
 * cancel; the first sample's from its first pixel. */
INLINE void normalise_statistics(struct normalise s, const real *restrict x, real *restrict mean, real *restrict deviations,
	int j)
{
	const int columns = normalise_columns(s);
	for (int c = 0; c < s.channels; c += columns * LANES) {
		vec origin[NORMALISE_SUMS] = {0}, sum[NORMALISE_SUMS] = {0}, squares[NORMALISE_SUMS] = {0};
		UNROLL for (int i = 0; i < NORMALISE_SUMS; i++)
			if (normalise_channel(s, i, c) < s.channels)
				origin[i] = vec_load_channels(j ? mean : x, normalise_channel(s, i, c), s.channels);
		for (int p = 0; p < s.pixels; p += normalise_rows(s))
			UNROLL for (int i = 0; i < NORMALISE_SUMS; i++) {
				const ptrdiff_t at = normalise_at(s, i, p, c);
				if (at < 0)
					continue;
				const vec d = vec_load_channels(x + at, normalise_channel(s, i, c), s.channels) - origin[i];
				sum[i] += d;
				squares[i] += d * d;
			}
		UNROLL for (int n = 0; n < columns; n++)
			if (normalise_channel(s, n, c) < s.channels)
				normalise_add(s, j, origin[n], normalise_total(s, sum, n), normalise_total(s, squares, n),
					normalise_channel(s, n, c), mean, deviations);
	}
}

#endif
