/* Initial weights: each initializer's distribution, the same numbers for any number of threads, others for another seed or
 * parameter; the shuffle is a permutation that favours no place. Keras's own draws are compared in tests/parity. */
#include "internal.h"
#include "team.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

enum { ROWS = 400, COLUMNS = 300, COUNT = ROWS * COLUMNS };

struct moments { double mean, deviation, least, most; };

static struct moments measure(const real *x, size_t n)
{
	struct moments m = {0, 0, x[0], x[0]};
	for (size_t i = 0; i < n; i++) {
		m.mean += x[i] / (double)n;
		m.least = fmin(m.least, x[i]);
		m.most = fmax(m.most, x[i]);
	}
	for (size_t i = 0; i < n; i++)
		m.deviation += (x[i] - m.mean) * (x[i] - m.mean) / (double)n;
	m.deviation = sqrt(m.deviation);
	return m;
}

static struct rt_parameter parameter_of(struct rt_initializer initializer, long rows, long columns)
{
	return (struct rt_parameter){.name = "kernel", .rank = 2, .dims = {rows, columns}, .count = (size_t)(rows * columns),
		.initializer = initializer, .fan_in = (double)rows, .fan_out = (double)columns};
}

static void draw(struct rt_initializer initializer, long rows, long columns, uint64_t seed, real *out)
{
	const struct rt_parameter p = parameter_of(initializer, rows, columns);
	const struct rt_model m = {.parameters = &p, .n_parameters = 1};
	CHECK(rt_initialize(&m, seed, out) == 0);
}

static bool near(double found, double wanted, double allowed)
{
	if (fabs(found - wanted) <= allowed)
		return true;
	printf("%g is not %g, give or take %g\n", found, wanted, allowed);
	return false;
}

static double cut_share(const real *x, double mean, double deviation)
{
	int n = 0;
	for (int i = 0; i < COUNT; i++)
		n += fabs(x[i] - mean) <= deviation;
	return (double)n / COUNT;
}

static void distributions(void)
{
	static const struct {
		struct rt_initializer initializer;
		double mean, deviation, least, most;    /* of all draws: the outermost come close to the bounds */
	} rows[] = {
		{{RT_ZEROS, 0, 0, RT_FAN_IN, false}, 0, 0, 0, 0},
		{{RT_ONES, 0, 0, RT_FAN_IN, false}, 1, 0, 1, 1},
		{{RT_CONSTANT, -2.5, 0, RT_FAN_IN, false}, -2.5, 0, -2.5, -2.5},
		{{RT_RANDOM_NORMAL, 1, 0.5, RT_FAN_IN, false}, 1, 0.5, -1.2, 3.2},
		{{RT_RANDOM_UNIFORM, -1, 3, RT_FAN_IN, false}, 1, 1.1547, -1, 3},
		{{RT_TRUNCATED_NORMAL, 1, 0.5, RT_FAN_IN, false}, 1, 0.4398, 0, 2},
		/* fan_in 400, fan_out 300; the bound of a normal is 2 / .8796 deviations, of a uniform √3 */
		{{RT_VARIANCE_SCALING, 2, 0, RT_FAN_IN, true}, 0, 0.070711, -0.160778, 0.160778},
		{{RT_VARIANCE_SCALING, 1, 0, RT_FAN_AVG, true}, 0, 0.053452, -0.121536, 0.121536},
		{{RT_VARIANCE_SCALING, 1, 0, RT_FAN_AVG, false}, 0, 0.053452, -0.092582, 0.092582},
		{{RT_VARIANCE_SCALING, 1, 0, RT_FAN_OUT, false}, 0, 0.057735, -0.1, 0.1},
	};
	static real x[COUNT];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double width = rows[i].deviation;
		draw(rows[i].initializer, ROWS, COLUMNS, 3, x);
		struct moments m = measure(x, COUNT);
		printf("initializer %zu\n", i);
		CHECK(near(m.mean, rows[i].mean, 0.015 * width + 1e-9));
		CHECK(near(m.deviation, rows[i].deviation, 0.01 * width + 1e-9));
		if (rows[i].initializer.kind == RT_RANDOM_NORMAL) {
			CHECK(m.least < rows[i].least + width && m.most > rows[i].most - width);
			CHECK(near(cut_share(x, 1, 0.5), 0.6827, 0.006));
		} else {
			CHECK(m.least >= rows[i].least - 1e-6 && m.most <= rows[i].most + 1e-6);
			CHECK(near(m.least, rows[i].least, 0.01 * width + 1e-6) && near(m.most, rows[i].most, 0.01 * width + 1e-6));
		}
	}
}

/* Rows or columns, whichever are fewer, are at right angles and as long as the gain. */
static void orthogonal(long rows, long columns)
{
	static real x[COUNT];
	const double gain = 1.5;
	bool tall = rows >= columns;
	long n = tall ? columns : rows, size = tall ? rows : columns;
	double worst = 0;
	draw((struct rt_initializer){RT_ORTHOGONAL, gain, 0, RT_FAN_IN, false}, rows, columns, 3, x);
	for (long i = 0; i < n; i++)
		for (long j = 0; j <= i; j++) {
			double product = 0;
			for (long k = 0; k < size; k++)
				product += (double)(tall ? x[k * columns + i] * x[k * columns + j] : x[i * columns + k] * x[j * columns + k]);
			worst = fmax(worst, fabs(product - (i == j ? gain * gain : 0)));
		}
	CHECK(near(worst, 0, 1e-5));
	CHECK(near(measure(x, (size_t)(rows * columns)).mean, 0, 3 * gain / sqrt((double)(rows * columns))));
}

static void identity(long rows, long columns)
{
	real x[20];
	draw((struct rt_initializer){RT_IDENTITY, 2, 0, RT_FAN_IN, false}, rows, columns, 3, x);
	for (long i = 0; i < rows * columns; i++)
		CHECK(x[i] == (i / columns == i % columns ? 2 : 0));
}

static void repeatable(void)
{
	static const enum rt_initializer_kind kinds[] = {RT_RANDOM_UNIFORM, RT_TRUNCATED_NORMAL, RT_ORTHOGONAL};
	static real x[2][1003];
	for (size_t i = 0; i < 3; i++) {
		const struct rt_initializer initializer = {kinds[i], 1, 2, RT_FAN_IN, false};
		draw(initializer, 17, 59, 9, x[0]);
		CHECK(rt_team_start(5) == 5);
		draw(initializer, 17, 59, 9, x[1]);
		rt_team_stop();
		CHECK(!memcmp(x[0], x[1], sizeof x[0]));
		draw(initializer, 17, 59, 10, x[1]);
		CHECK(memcmp(x[0], x[1], sizeof x[0]));
		draw(initializer, 17, 59, 9 + ((uint64_t)1 << 40), x[1]);
		CHECK(memcmp(x[0], x[1], sizeof x[0]));
	}
}

static void parameters_differ(void)
{
	const struct rt_initializer initializer = {RT_RANDOM_UNIFORM, 0, 1, RT_FAN_IN, false};
	struct rt_parameter p[] = {parameter_of(initializer, 4, 4), parameter_of(initializer, 4, 4)};
	real x[48];
	memset(x, 0, sizeof x);
	p[1].offset = 32;
	CHECK(rt_initialize(&(struct rt_model){.parameters = p, .n_parameters = 2}, 1, x) == 0);
	CHECK(memcmp(x, x + 32, 16 * sizeof *x));
	for (int i = 16; i < 32; i++)
		CHECK(x[i] == 0);
}

static void shuffle(uint32_t *index, uint32_t samples, uint64_t seed, uint64_t epoch)
{
	const struct rt_shuffle s = rt_shuffle_of(samples, seed, epoch);
	rt_shuffle(index, &s);
}

static void shuffles(void)
{
	enum { N = 101, TIMES = 4000 };
	static uint32_t index[N], again[N], first_place[N];
	for (uint64_t epoch = 0; epoch < TIMES; epoch++) {
		bool seen[N] = {false};
		shuffle(index, N, 5, epoch);
		for (int i = 0; i < N; i++) {
			CHECK(index[i] < N && !seen[index[i]]);
			seen[index[i]] = true;
		}
		first_place[index[0]]++;
	}
	for (int i = 0; i < N; i++)                     /* 40 expected, deviation 6 */
		CHECK(first_place[i] > 10 && first_place[i] < 75);
	shuffle(again, N, 5, TIMES - 1);
	CHECK(!memcmp(index, again, sizeof index));
	shuffle(again, N, 6, TIMES - 1);
	CHECK(memcmp(index, again, sizeof index));
	shuffle(again, 1, 6, 0);
	CHECK(again[0] == 0);
}

int main(void)
{
	distributions();
	orthogonal(60, 40);
	orthogonal(40, 60);
	orthogonal(64, 64);
	orthogonal(1, 30);
	identity(4, 4);
	identity(4, 5);
	identity(5, 4);
	repeatable();
	parameters_differ();
	shuffles();
	return checks_failed();
}
