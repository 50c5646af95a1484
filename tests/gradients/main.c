/* Finite differences of a generated step, in double: takes the runtime's place, fills the step's memory with random weights
 * and data, and compares the gradients it computes with central differences of the loss it computes.
 *
 * Compiled with -DRT_REAL=double -DRT_ISA=test together with the program's step.c and tables.c. ./check ENTRIES compares
 * up to so many entries of each parameter. Memory is filled with NaN first, so that nothing can lean on its being zero.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trainc/rt.h>
#include <trainc/team.h>
#include "../stand_ins.h"

/* Three slots, the last sample alone beyond whole eights; TOTAL as if other machines had the rest of the batch. */
enum { SAMPLES = 19, TOTAL = 24, FIRST = 2, STORED = 31, MOST_THREADS = 3 };

static uint64_t random_state = 42;

/* -1 .. 1, never twice the same: no ties in a pooling window */
static double random_number(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (double)(random_state >> 11) / (double)(1ull << 52) - 1;
}

static void *memory(size_t count, size_t size)
{
	size_t bytes = (count * size + 127) / 64 * 64;
	void *p = aligned_alloc(64, bytes);
	if (!p)
		exit(3);
	memset(p, 0xff, bytes);
	return p;
}

static double *reals(size_t count)
{
	return memory(count, sizeof(double));
}

static void fill_weights(double *weights)
{
	memset(weights, 0, sizeof *weights * model.weights);
	for (int i = 0; i < model.n_parameters; i++) {
		const struct rt_parameter *p = &model.parameters[i];
		const bool positive = !strcmp(p->name, "gamma") || !strcmp(p->name, "moving_variance");
		const double scale = p->rank > 1 ? sqrt(3 / (p->fan_in > 1 ? p->fan_in : 1)) : 0.3;
		for (size_t e = 0; e < p->count; e++)
			weights[p->offset + e] = positive ? 1 + 0.5 * random_number() : scale * random_number();
	}
}

static void fill_data(struct rt_work *w, double *numbers)
{
	size_t size = 1;
	for (int i = 0; i < model.input_rank; i++)
		size *= (size_t)model.input[i];
	float *data = memory(STORED * size, sizeof *data), *labels = memory(STORED, sizeof *labels);
	uint32_t *index = memory(STORED, sizeof *index);
	for (size_t i = 0; i < STORED * size; i++)
		data[i] = (float)(random_number() / model.scale);
	for (uint32_t i = 0; i < STORED; i++) {
		labels[i] = model.classes == 1 ? (float)fabs(random_number()) : (float)(i % (uint32_t)model.classes);
		index[i] = (i * 12 + 5) % STORED;
	}
	for (int i = 0; i < model.n_hyperparameters; i++)
		numbers[i] = atof(model.hyperparameters[i].fallback);
	w->floats = data, w->labels = labels, w->index = index, w->hyperparameters = numbers;
}

/* What is shared over the batch: the other machines' samples, it is taken, are on average like these. */
static void share(struct rt_work *w, real *sums, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sums[i] *= (real)w->total / (real)w->n;
}

static void fill(struct rt_work *w)
{
	*w = (struct rt_work){.n = SAMPLES, .total = TOTAL, .batch_offset = 3, .first = FIRST, .seed = 9, .step = 4,
		.iterations = 4, .learning_rate = 0.1, .thread_count = 1, .share = share};
	fill_data(w, calloc((size_t)model.n_hyperparameters + 1, sizeof(double)));
	w->weights = reals(model.weights);
	w->gradients = reals(model.trainable);
	w->states = reals(model.trainable * (size_t)model.optimizer.states);
	w->samples = reals(rt_code_test.sample * SAMPLES);
	w->slots = reals(rt_code_test.slot * (size_t)rt_slot_count(SAMPLES));
	w->threads = reals(rt_code_test.thread * MOST_THREADS);
	w->fixed = reals(rt_code_test.fixed);
	w->loss = reals(SAMPLES);
	w->metrics = reals((size_t)model.n_metrics * SAMPLES);
	w->predictions = memory((size_t)model.outputs * SAMPLES, sizeof(float));
	fill_weights(w->weights);
}

static double mean_loss(struct rt_work *w)
{
	double sum = 0;
	rt_code_test.gradients(w);
	for (int i = 0; i < SAMPLES; i++)
		sum += w->loss[i];
	return sum / TOTAL;
}

static double central_difference(struct rt_work *w, size_t at, double h)
{
	const double kept = w->weights[at];
	w->weights[at] = kept + h;
	const double above = mean_loss(w);
	w->weights[at] = kept - h;
	const double below = mean_loss(w);
	w->weights[at] = kept;
	return (above - below) / (2 * h);
}

/* A kink of relu or max-pooling within h spoils a difference: smaller steps get away from it, and are less exact. */
static bool agrees(struct rt_work *w, size_t at, double gradient, double scale, double *difference)
{
	static const double steps[] = {1e-5, 1e-6, 1e-7}, allowed[] = {1e-6, 1e-5, 1e-4};
	for (int i = 0; i < 3; i++) {
		*difference = central_difference(w, at, steps[i]);
		if (fabs(*difference - gradient) <= allowed[i] * scale + 1e-9)
			return true;
	}
	return false;
}

static int check_parameter(struct rt_work *w, const struct rt_parameter *p, const double *gradients, size_t most)
{
	const size_t stride = p->count / most + 1;
	double scale = 1e-3, difference = 0;
	int wrong = 0;

	for (size_t e = 0; e < p->count; e++)
		scale = fmax(scale, fabs(gradients[p->offset + e]));
	for (size_t e = 0; e < p->count; e += stride) {
		const double gradient = gradients[p->offset + e];
		if (isfinite(gradient) && agrees(w, p->offset + e, gradient, scale, &difference))
			continue;
		if (wrong++ < 3)
			printf("%s %s[%zu]: gradient %.9g, difference %.9g\n", model.layers[p->layer].name, p->name, e, gradient,
				difference);
	}
	return wrong;
}

/* The same bits for any number of threads, parameter by parameter: what lies between them is nobody's. */
static int check_threads(struct rt_work *w, const double *gradients)
{
	int wrong = 0;
	for (int threads = MOST_THREADS; threads > 1; threads--) {
		w->thread_count = rt_team_start(threads);
		rt_code_test.gradients(w);
		rt_team_stop();
		for (const struct rt_parameter *p = model.parameters; p < model.parameters + model.n_parameters; p++) {
			if (!p->trainable || !memcmp(w->gradients + p->offset, gradients + p->offset, p->count * sizeof(double)))
				continue;
			printf("%s %s: other bits with %d threads\n", model.layers[p->layer].name, p->name, w->thread_count);
			wrong++;
		}
	}
	return wrong;
}

int main(int argc, char **argv)
{
	const size_t most = argc > 1 ? (size_t)atoi(argv[1]) : 200;
	struct rt_work w;
	int wrong = 0, checked = 0;

	fill(&w);
	const double loss = mean_loss(&w);
	double *gradients = reals(model.trainable);
	memcpy(gradients, w.gradients, sizeof *gradients * model.trainable);
	if (!isfinite(loss) && ++wrong)
		printf("the loss is %g\n", loss);
	for (const struct rt_parameter *p = model.parameters; p < model.parameters + model.n_parameters; p++)
		if (p->trainable && ++checked)
			wrong += check_parameter(&w, p, gradients, most);
	wrong += check_threads(&w, gradients);
	if (!checked && ++wrong)
		printf("the model has no parameter to check\n");
	return wrong != 0;
}
