/* One training step and one evaluation of a generated program on made-up weights and data, with whatever RT_REAL is; writes
 * losses, each parameter's gradient and predictions as doubles to standard output. ./step > numbers
 *
 * With EMPTY_WINDOWS most of the data is exactly 0 and so is each bias, as when training on MNIST begins: outputs of empty
 * windows lie on the kink of ReLU, where rounding errors of either sign would change gradients. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trainc/amx_permission.h>
#include <trainc/rt.h>
#include <trainc/team.h>
#include "../stand_ins.h"

enum { SAMPLES = 19 };

static uint64_t random_state = 7;

/* -1 .. 1, a float */
static float random_number(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (float)((double)(random_state >> 11) / (double)(1ull << 52) - 1);
}

/* NaN, so that nothing can lean on memory's being zero */
static void *memory(size_t count, size_t size)
{
	size_t bytes = (count * size + 127) / 64 * 64;
	void *p = aligned_alloc(64, bytes);
	if (!p)
		exit(3);
	return memset(p, 0xff, bytes);
}

static real *reals(size_t count)
{
	return memory(count, sizeof(real));
}

#ifdef EMPTY_WINDOWS
enum { EMPTY = 1, DRAWN_ROWS = 3, DRAWN_COLUMNS = 4 };
#else
enum { EMPTY = 0, DRAWN_ROWS, DRAWN_COLUMNS };
#endif

/* Whether number i of a sample of height x width x channels is in the rectangle that is not 0, whose place differs from sample to
 * sample */
static bool is_drawn(int sample, int i)
{
	const int width = model.input[1], pixel = i / model.input[2];
	const int row = pixel / width - sample * 5 % (model.input[0] - DRAWN_ROWS + 1);
	const int column = pixel % width - sample * 3 % (width - DRAWN_COLUMNS + 1);
	return row >= 0 && row < DRAWN_ROWS && column >= 0 && column < DRAWN_COLUMNS;
}

/* Negative beta so that most numbers behind batch normalization and ReLU are exactly 0 */
static void empty_biases(real *weights)
{
	for (const struct rt_parameter *p = model.parameters; p < model.parameters + model.n_parameters; p++)
		for (size_t e = 0; e < p->count; e++)
			if (!strcmp(p->name, "bias") || !strcmp(p->name, "beta"))
				weights[p->offset + e] = strcmp(p->name, "beta") ? 0 : -1.5f + 0.3f * random_number();
}

static void fill_weights(real *weights)
{
	memset(weights, 0, sizeof *weights * model.weights);
	for (int i = 0; i < model.n_parameters; i++) {
		const struct rt_parameter *p = &model.parameters[i];
		const bool positive = !strcmp(p->name, "gamma") || !strcmp(p->name, "moving_variance");
		const float scale = p->rank > 1 ? (float)sqrt(3 / (p->fan_in > 1 ? p->fan_in : 1)) : 0.3f;
		for (size_t e = 0; e < p->count; e++)
			weights[p->offset + e] = positive ? 1 + 0.5f * random_number() : scale * random_number();
	}
	if (EMPTY)
		empty_biases(weights);
}

static void fill(struct rt_work *w)
{
	size_t size = 1;
	for (int i = 0; i < model.input_rank; i++)
		size *= (size_t)model.input[i];
	float *data = memory(SAMPLES * size, sizeof *data), *labels = memory(SAMPLES, sizeof *labels);
	for (size_t i = 0; i < SAMPLES * size; i++)
		data[i] = EMPTY && !is_drawn((int)(i / size), (int)(i % size)) ? 0 : random_number() / (float)model.scale;
	for (int i = 0; i < SAMPLES; i++)
		labels[i] = model.classes == 1 ? fabsf(random_number()) : (float)(i % model.classes);
	double *numbers = calloc((size_t)model.n_hyperparameters + 1, sizeof *numbers);
	for (int i = 0; i < model.n_hyperparameters; i++)
		numbers[i] = atof(model.hyperparameters[i].fallback);
	w->floats = data, w->labels = labels, w->hyperparameters = numbers;
}

/* The count, then the numbers. */
static void write_doubles(const real *x, size_t count)
{
	const double n = (double)count;
	fwrite(&n, sizeof n, 1, stdout);
	for (size_t i = 0; i < count; i++) {
		const double number = (double)x[i];
		fwrite(&number, sizeof number, 1, stdout);
	}
}

int main(void)
{
	struct rt_work w = {.n = SAMPLES, .total = SAMPLES, .seed = 9, .step = 4, .iterations = 4, .learning_rate = 0.1,
		.thread_count = rt_team_start(2)};
	if (!amx_may_run())
		return 4;
	fill(&w);
	w.weights = reals(model.weights);
	w.gradients = reals(model.trainable);
	w.states = reals(model.trainable * (size_t)model.optimizer.states);
	w.samples = reals(rt_code_test.sample * SAMPLES);
	w.slots = reals(rt_code_test.slot * (size_t)rt_slot_count(SAMPLES));
	w.threads = reals(rt_code_test.thread * 2);
	w.fixed = reals(rt_code_test.fixed);
	w.loss = reals(SAMPLES);
	w.metrics = reals((size_t)model.n_metrics * SAMPLES);
	w.predictions = memory((size_t)model.outputs * SAMPLES, sizeof(float));
	fill_weights(w.weights);

	rt_code_test.gradients(&w);
	write_doubles(w.loss, SAMPLES);
	for (const struct rt_parameter *p = model.parameters; p < model.parameters + model.n_parameters; p++)
		if (p->trainable)
			write_doubles(w.gradients + p->offset, p->count);
	rt_code_test.prepare(&w);
	rt_code_test.evaluate(&w);
	real *predictions = reals((size_t)model.outputs * SAMPLES);
	for (int i = 0; i < model.outputs * SAMPLES; i++)
		predictions[i] = w.predictions[i];
	write_doubles(predictions, (size_t)model.outputs * SAMPLES);
	return fflush(stdout) || ferror(stdout);
}
