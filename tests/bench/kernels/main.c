/* Times the generated step of one program, without the runtime, by one thread: the whole and each call of a kernel, which
 * step.c has in TIMED. ./bench STEPS BATCH prints "gradients|evaluate|update SECONDS" for the whole and "NUMBER SECONDS" for a
 * call, a batch each; the least of the steps, since neighbours on the machine only make things slower; and "covered PART", how
 * much of gradients and evaluation is in calls, of one step each, since leasts of different steps do not add up. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <trainc/cpu.h>
#include <trainc/amx_permission.h>
#include <trainc/rt.h>
#include "../../stand_ins.h"
#include "ticks.h"

uint64_t ticks_of[MOST_CALLS];

/* Ticks of several runs of a function: the least of the whole and of each call, and of the run that was most in calls the whole
 * and how much of it that was. */
struct measurement { uint64_t whole, of[MOST_CALLS], outer, inner; };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* In large pages, as the runtime's */
static void *memory(size_t count, size_t size)
{
	const size_t page = (size_t)2 << 20, bytes = (count * size + page) / page * page;
	void *p = aligned_alloc(page, bytes);
	if (!p)
		exit(3);
#ifdef MADV_HUGEPAGE
	madvise(p, bytes, MADV_HUGEPAGE);
#endif
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

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void run(void (*f)(struct rt_work *w), struct rt_work *w, int steps, struct measurement *m)
{
	memset(m, 0xff, sizeof *m);
	m->inner = 0;
	for (int i = 0; i < steps; i++) {
		memset(ticks_of, 0, sizeof ticks_of);
		const uint64_t began = ticks();
		f(w);
		const uint64_t whole = ticks() - began;
		uint64_t inner = 0;
		for (int k = 0; k < MOST_CALLS; k++) {
			inner += ticks_of[k];
			m->of[k] = least(m->of[k], ticks_of[k]);
		}
		m->whole = least(m->whole, whole);
		if ((double)inner / (double)whole > (double)m->inner / (double)m->outer)
			m->inner = inner, m->outer = whole;
		w->step++;
	}
}

static void tell(const char *name, const struct measurement *m, double tick)
{
	printf("%s %.9g\n", name, (double)m->whole * tick);
	for (int k = 0; k < MOST_CALLS; k++)
		if (m->of[k])
			printf("%d %.9g\n", k, (double)m->of[k] * tick);
}

int main(int argc, char **argv)
{
	const int steps = argc > 1 ? atoi(argv[1]) : 10, batch = argc > 2 ? atoi(argv[2]) : 256;
	struct rt_work w = {.n = batch, .total = batch, .seed = 1, .learning_rate = 0.01, .thread_count = 1};

	if (!amx_may_run())
		return 4;
	fill(&w);
	w.gradients = reals(model.trainable);
	w.states = reals(model.trainable * (size_t)(model.optimizer.states + 1));
	w.samples = reals(rt_code_test.sample * (size_t)batch);
	w.slots = reals(rt_code_test.slot * (size_t)rt_slot_count(batch));
	w.threads = reals(rt_code_test.thread);
	w.fixed = reals(rt_code_test.fixed);
	w.loss = reals((size_t)batch);
	w.metrics = reals((size_t)(model.n_metrics + 1) * (size_t)batch);

	static struct measurement train, evaluate, update;
	const double seconds = now();
	const uint64_t began = ticks();
	run(rt_code_test.gradients, &w, steps, &train);
	run(rt_code_test.update, &w, steps, &update);
	rt_code_test.prepare(&w);
	run(rt_code_test.evaluate, &w, steps, &evaluate);
	const double tick = (now() - seconds) / (double)(ticks() - began);
	tell("gradients", &train, tick);
	tell("update", &update, tick);
	tell("evaluate", &evaluate, tick);
	printf("covered %.9g\n", (double)(train.inner + evaluate.inner) / (double)(train.outer + evaluate.outer));
	return 0;
}
