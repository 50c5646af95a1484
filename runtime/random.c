/* Initial weights and the order of samples. Every number depends on the seed, its parameter or epoch, and its place alone,
 * so it is the same for any number of threads. Layers' own random numbers (dropout) use other streams: cpu/philox.h.
 */
#include "cpu/philox.h"
#include "internal.h"
#include "team.h"
#include <math.h>
#include <stdlib.h>

/* Streams below these belong to layers. */
enum { PARAMETER_STREAM = 1 << 30, SHUFFLE_STREAM = 1 << 29 };

/* Elements of a parameter are drawn by eights, from four words each. */
enum { GROUP = PHILOX_BLOCK / 4, SECTION_BITS = 28 };

struct draws { uint64_t seed; uint32_t stream; };

/* ---- numbers ---- */

/* 53 bits; open: above 0, so that it has a logarithm, and up to 1 */
static double unit(uint32_t high, uint32_t low, bool open)
{
	uint64_t bits = ((uint64_t)high << 32 | low) >> 11;
	return (double)(bits + open) * 0x1p-53;
}

/* Box and Muller's: normal of mean 0 and deviation 1 */
static double normal(const uint32_t words[4])
{
	const double turn = 6.283185307179586477;
	return sqrt(-2 * log(unit(words[0], words[1], true))) * cos(turn * unit(words[2], words[3], false));
}

/* The words of GROUP elements from first; another attempt gives others. */
static void group_words(const struct draws *d, size_t first, uint64_t attempt, uint32_t words[PHILOX_BLOCK])
{
	struct philox p = philox_of(d->seed, d->stream, attempt, (uint32_t)(first >> SECTION_BITS));
	uint32_t place = (uint32_t)(first & (((size_t)1 << SECTION_BITS) - 1));
	philox_words(&p, 4 * place, PHILOX_BLOCK, words);
}

static double uniform_of(const struct draws *d, size_t element, const uint32_t words[4])
{
	(void)d, (void)element;
	return unit(words[0], words[1], false);
}

static double normal_of(const struct draws *d, size_t element, const uint32_t words[4])
{
	(void)d, (void)element;
	return normal(words);
}

/* A normal number is drawn again while it is beyond two deviations. */
static double truncated_of(const struct draws *d, size_t element, const uint32_t words[4])
{
	double value = normal(words);
	for (uint64_t attempt = 1; fabs(value) > 2; attempt++) {
		uint32_t again[PHILOX_BLOCK];
		group_words(d, element / GROUP * GROUP, attempt, again);
		value = normal(again + 4 * (element % GROUP));
	}
	return value;
}

typedef double draw(const struct draws *d, size_t element, const uint32_t words[4]);

/* out[i] = offset + factor * one draw */
struct filling { real *out; size_t count; const struct draws *draws; draw *one; double offset, factor; };

static void fill_group(const struct filling *f, size_t first)
{
	uint32_t words[PHILOX_BLOCK];
	group_words(f->draws, first, 0, words);
	for (size_t i = first; i < first + GROUP && i < f->count; i++)
		f->out[i] = (real)(f->offset + f->factor * f->one(f->draws, i, words + 4 * (i - first)));
}

static void share_filling(void *argument)
{
	const struct filling *f = argument;
	const size_t part = (size_t)GROUP << 12;
	for (int i; (i = rt_team_next((int)((f->count + part - 1) / part))) >= 0;)
		for (size_t first = part * (size_t)i; first < part * ((size_t)i + 1) && first < f->count; first += GROUP)
			fill_group(f, first);
}

static void fill_random(real *out, size_t count, const struct draws *d, draw *one, double offset, double factor)
{
	rt_team_run(share_filling, &(struct filling){out, count, d, one, offset, factor});
}

/* ---- Keras's initializers: one row each ---- */

typedef int fill(const struct rt_parameter *p, const struct draws *d, real *out);

static int fill_value(const struct rt_parameter *p, real *out, double value)
{
	for (size_t i = 0; i < p->count; i++)
		out[i] = (real)value;
	return 0;
}

static int fill_zeros(const struct rt_parameter *p, const struct draws *d, real *out)
{
	(void)d;
	return fill_value(p, out, 0);
}

static int fill_ones(const struct rt_parameter *p, const struct draws *d, real *out)
{
	(void)d;
	return fill_value(p, out, 1);
}

static int fill_constant(const struct rt_parameter *p, const struct draws *d, real *out)
{
	(void)d;
	return fill_value(p, out, p->initializer.a);
}

static int fill_normal(const struct rt_parameter *p, const struct draws *d, real *out)
{
	fill_random(out, p->count, d, normal_of, p->initializer.a, p->initializer.b);
	return 0;
}

static int fill_uniform(const struct rt_parameter *p, const struct draws *d, real *out)
{
	fill_random(out, p->count, d, uniform_of, p->initializer.a, p->initializer.b - p->initializer.a);
	return 0;
}

static int fill_truncated(const struct rt_parameter *p, const struct draws *d, real *out)
{
	fill_random(out, p->count, d, truncated_of, p->initializer.a, p->initializer.b);
	return 0;
}

static double fan(const struct rt_parameter *p)
{
	const double fans[] = {
		[RT_FAN_IN] = p->fan_in, [RT_FAN_OUT] = p->fan_out, [RT_FAN_AVG] = (p->fan_in + p->fan_out) / 2,
	};
	return fmax(1, fans[p->initializer.mode]);
}

static int fill_scaled(const struct rt_parameter *p, const struct draws *d, real *out)
{
	const double cut_deviation = .87962566103423978;    /* of a normal number cut at two deviations */
	double variance = p->initializer.a / fan(p), limit = sqrt(3 * variance);
	if (p->initializer.normal)
		fill_random(out, p->count, d, truncated_of, 0, sqrt(variance) / cut_deviation);
	else
		fill_random(out, p->count, d, uniform_of, -limit, 2 * limit);
	return 0;
}

struct vectors { double *at; size_t n, size; };

static void normalise(double *vector, size_t size)
{
	double square = 0;
	for (size_t k = 0; k < size; k++)
		square += vector[k] * vector[k];
	for (size_t k = 0; k < size; k++)
		vector[k] /= sqrt(square);
}

static void take_out(double *vector, const double *done, size_t size)
{
	double product = 0;
	for (size_t k = 0; k < size; k++)
		product += done[k] * vector[k];
	for (size_t k = 0; k < size; k++)
		vector[k] -= product * done[k];
}

/* Gram and Schmidt's method: each finished vector is taken out of all later ones. */
static void share_orthonormalising(void *argument)
{
	const struct vectors *v = argument;
	for (size_t i = 0; i < v->n; i++) {
		double *done = v->at + i * v->size;
		if (rt_team_number() == 0)
			normalise(done, v->size);
		rt_team_wait();
		for (int j; (j = rt_team_next((int)(v->n - i - 1))) >= 0;)
			take_out(done + ((size_t)j + 1) * v->size, done, v->size);
		rt_team_wait();
	}
}

/* Rows are all axes but the last: the shorter of rows and columns are orthonormal vectors, times the gain. */
static int fill_orthogonal(const struct rt_parameter *p, const struct draws *d, real *out)
{
	size_t columns = (size_t)p->dims[p->rank - 1], rows = p->count / columns;
	bool tall = rows >= columns;
	size_t n = tall ? columns : rows, size = tall ? rows : columns;
	double *vectors = malloc(sizeof *vectors * p->count);
	if (!vectors)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the orthogonal initial weights of '%s'", p->name);
	fill_random(out, p->count, d, normal_of, 0, 1);
	for (size_t i = 0; i < p->count; i++)
		vectors[i] = out[i];
	rt_team_run(share_orthonormalising, &(struct vectors){vectors, n, size});
	for (size_t row = 0; row < rows; row++)
		for (size_t column = 0; column < columns; column++)
			out[row * columns + column] =
				(real)(p->initializer.a * vectors[tall ? column * size + row : row * size + column]);
	free(vectors);
	return 0;
}

static int fill_identity(const struct rt_parameter *p, const struct draws *d, real *out)
{
	size_t columns = (size_t)p->dims[p->rank - 1];
	fill_zeros(p, d, out);
	for (size_t i = 0; i < columns && i * columns + i < p->count; i++)
		out[i * columns + i] = (real)p->initializer.a;
	return 0;
}

static fill *const fills[] = {
	[RT_ZEROS] = fill_zeros, [RT_ONES] = fill_ones, [RT_CONSTANT] = fill_constant, [RT_RANDOM_NORMAL] = fill_normal,
	[RT_RANDOM_UNIFORM] = fill_uniform, [RT_TRUNCATED_NORMAL] = fill_truncated, [RT_VARIANCE_SCALING] = fill_scaled,
	[RT_ORTHOGONAL] = fill_orthogonal, [RT_IDENTITY] = fill_identity,
};

int rt_initialize(const struct rt_model *m, uint64_t seed, real *weights)
{
	for (int i = 0; i < m->n_parameters; i++) {
		const struct rt_parameter *p = &m->parameters[i];
		struct draws d = {seed, PARAMETER_STREAM + (uint32_t)i};
		if (fills[p->initializer.kind](p, &d, weights + p->offset))
			return -1;
	}
	return 0;
}

/* ---- the order of samples ---- */

/* An order for each seed and epoch; shuffle.h says what it is. */
struct rt_shuffle rt_shuffle_of(uint32_t samples, uint64_t seed, uint64_t epoch)
{
	struct philox p = philox_of(seed, SHUFFLE_STREAM, epoch, 0);
	struct rt_shuffle s = {.samples = samples, .half_bits = 1};
	while (s.half_bits < 16 && 1u << 2 * s.half_bits < samples)
		s.half_bits++;
	for (uint32_t i = 0; i < RT_SHUFFLE_ROUNDS; i++)
		s.keys[i] = philox_word(&p, i);
	return s;
}

void rt_shuffle(uint32_t *index, const struct rt_shuffle *s)
{
	for (uint32_t i = 0; i < s->samples; i++)
		index[i] = rt_shuffle_at(s, i);
}
