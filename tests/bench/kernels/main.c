/* Times the generated step of one program, without the runtime: processor time a sample of gradients, update and evaluation
 * by one thread, and the machine's peak of multiply-adds beside it. ./bench STEPS BATCH
 *
 * Processor time, best of the steps: neighbours on the machine change wall time more than kernels do. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <trainc/cpu.h>
#include <trainc/rt.h>
#include "../../stand_ins.h"

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *memory(size_t count, size_t size)
{
	size_t bytes = (count * size + 127) / 64 * 64;
	void *p = aligned_alloc(64, bytes);
	if (!p)
		exit(3);
	return memset(p, 0, bytes);
}

static real *reals(size_t count)
{
	return memory(count, sizeof(real));
}

static double uniform(void)
{
	return 2.0 * rand() / RAND_MAX - 1;
}

static void fill(struct rt_work *w)
{
	size_t size = 1;
	for (int i = 0; i < model.input_rank; i++)
		size *= (size_t)model.input[i];
	uint8_t *bytes = memory((size_t)w->n * size, 1);
	float *labels = memory((size_t)w->n, sizeof *labels);
	for (size_t i = 0; i < (size_t)w->n * size; i++)
		bytes[i] = (uint8_t)(rand() % 5 ? 0 : rand());
	for (int i = 0; i < w->n; i++)
		labels[i] = (float)(i % model.classes);
	double *numbers = calloc((size_t)model.n_hyperparameters + 1, sizeof *numbers);
	for (int i = 0; i < model.n_hyperparameters; i++)
		numbers[i] = atof(model.hyperparameters[i].fallback);
	w->bytes = bytes, w->labels = labels, w->hyperparameters = numbers;
	w->weights = reals(model.weights);
	for (int i = 0; i < model.n_parameters; i++) {
		const struct rt_parameter *p = &model.parameters[i];
		const bool positive = !strcmp(p->name, "gamma") || !strcmp(p->name, "moving_variance");
		const double scale = p->rank > 1 ? sqrt(6 / (p->fan_in + p->fan_out)) : 0;
		for (size_t e = 0; e < p->count; e++)
			w->weights[p->offset + e] = positive ? 1 : (real)(scale * uniform());
	}
}

/* Multiply-adds of one thread, GFLOP/s: as many sums as hide the latency. */
static double peak(void)
{
	enum { SUMS = 10, ROUNDS = 2000000 };
	vec sum[SUMS] = {0};
	const vec a = vec_broadcast((real)0.5), b = vec_broadcast((real)uniform());
	double start = now();
	for (int i = 0; i < ROUNDS; i++)
		UNROLL for (int k = 0; k < SUMS; k++)
			sum[k] = sum[k] * a + b;
	double seconds = now() - start;
	for (int k = 0; k < SUMS; k++)
		if (sum[k][0] != sum[0][0])
			exit(3);
	return 2.0 * LANES * SUMS * ROUNDS / seconds * 1e-9;
}

static double best(void (*f)(struct rt_work *w), struct rt_work *w, int steps)
{
	double least = DBL_MAX;
	for (int i = 0; i < steps; i++) {
		double start = now();
		f(w);
		double seconds = now() - start;
		least = seconds < least ? seconds : least;
		w->step++;
	}
	return least / w->n * 1e6;
}

int main(int argc, char **argv)
{
	const int steps = argc > 1 ? atoi(argv[1]) : 10, batch = argc > 2 ? atoi(argv[2]) : 256;
	struct rt_work w = {.n = batch, .total = batch, .seed = 1, .learning_rate = 0.01, .thread_count = 1};

	fill(&w);
	w.gradients = reals(model.trainable);
	w.states = reals(model.trainable * (size_t)(model.optimizer.states + 1));
	w.samples = reals(model.sample * (size_t)batch);
	w.slots = reals(model.slot * (size_t)rt_slot_count(batch));
	w.threads = reals(model.thread);
	w.fixed = reals(model.fixed);
	w.loss = reals((size_t)batch);
	w.metrics = reals((size_t)(model.n_metrics + 1) * (size_t)batch);

	printf("peak %.0f GFLOP/s a thread\n", peak());
	printf("gradients %.1f us a sample\n", best(rt_code_test.gradients, &w, steps));
	printf("update %.2f us a sample of the batch\n", best(rt_code_test.update, &w, steps));
	rt_code_test.prepare(&w);
	printf("evaluate %.1f us a sample\n", best(rt_code_test.evaluate, &w, steps));
	return 0;
}
