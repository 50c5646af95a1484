/* A model with made-up weights, exported and read back by the runtime; compiled with a program's tables.c and step.c and
 * -DRT_ISA=test, linked with the runtime.
 *
 *   fixture export DIR           writes the model's files to DIR, and beside them images.raw, predictions.raw (what the
 *                                generated step predicts), weights.raw, states.raw and model.json
 *   fixture full DIR             the same, but files cannot grow over 1000 bytes; tells the failure
 *   fixture import CHANNEL DIR   reads the weights that CHANNEL holds; writes all but the model's files to DIR
 */
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "internal.h"

extern const struct rt_model model;
extern const struct rt_code rt_code_test;
/* What tables.c names besides. */
const struct rt_code rt_code_amx, rt_code_avx512bf16, rt_code_avx512, rt_code_avx2, rt_code_x86_64, rt_code_neon, rt_code_generic;

enum { SAMPLES = 19, ITERATIONS = 7 };

static uint64_t random_state;

static float random_number(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (float)((double)(random_state >> 11) / (double)(1ull << 52) - 1);
}

static void *memory(size_t count, size_t size)
{
	size_t bytes = (count * size + 127) / 64 * 64;
	void *p = aligned_alloc(64, bytes);
	if (!p)
		exit(3);
	memset(p, 0, bytes);
	return p;
}

static void dump(const char *directory, const char *name, const void *data, size_t count, size_t size)
{
	char path[RT_PATH];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(data, size, count, f) != count || fclose(f)) {
		fprintf(stderr, "cannot write %s\n", path);
		exit(3);
	}
}

/* What the Python side needs to take weights.raw and states.raw apart. */
static void dump_description(const char *directory, const struct rt_state *s)
{
	char path[RT_PATH];
	snprintf(path, sizeof path, "%s/model.json", directory);
	FILE *f = fopen(path, "w");
	if (!f)
		exit(3);
	fprintf(f, "{\"input\": [");
	for (int i = 0; i < model.input_rank; i++)
		fprintf(f, "%s%d", i ? ", " : "", model.input[i]);
	fprintf(f, "], \"outputs\": %d, \"trainable\": %zu, \"iterations\": %" PRId64 ", \"optimizer\": \"%s\", \"states\": %d,\n"
		"\"parameters\": [", model.outputs, model.trainable, s->iterations, model.optimizer.name, model.optimizer.states);
	for (int i = 0; i < model.n_parameters; i++) {
		const struct rt_parameter *p = &model.parameters[i];
		fprintf(f, "%s\n{\"layer\": \"%s\", \"name\": \"%s\", \"offset\": %zu, \"trainable\": %s, \"shape\": [", i ? "," : "",
			model.layers[p->layer].name, p->name, p->offset, p->trainable ? "true" : "false");
		for (int k = 0; k < p->rank; k++)
			fprintf(f, "%s%ld", k ? ", " : "", p->dims[k]);
		fprintf(f, "]}");
	}
	fprintf(f, "]}\n");
	fclose(f);
}

static void fill_state(struct rt_state *s)
{
	random_state = 42;
	for (int i = 0; i < model.n_parameters; i++) {
		const struct rt_parameter *p = &model.parameters[i];
		bool positive = !strcmp(p->name, "gamma") || !strcmp(p->name, "moving_variance");
		double scale = p->rank > 1 ? sqrt(3 / (p->fan_in > 1 ? p->fan_in : 1)) : 0.3;
		for (size_t e = 0; e < p->count; e++)
			s->weights[p->offset + e] = positive ? 1 + 0.5f * random_number() : (float)scale * random_number();
		for (int k = 0; k < model.optimizer.states && p->trainable; k++)
			for (size_t e = 0; e < p->count; e++)
				s->states[(size_t)k * model.trainable + p->offset + e] = fabsf(random_number());
	}
	s->iterations = ITERATIONS;
}

static void predict(const char *directory, const struct rt_state *s)
{
	size_t size = 1;
	for (int i = 0; i < model.input_rank; i++)
		size *= (size_t)model.input[i];
	float *data = memory(SAMPLES * size, sizeof *data), *scaled = memory(SAMPLES * size, sizeof *data);
	random_state = 43;
	for (size_t i = 0; i < SAMPLES * size; i++) {
		data[i] = (float)(random_number() / model.scale);
		scaled[i] = (float)(data[i] * model.scale);
	}
	struct rt_work w = {.n = SAMPLES, .total = SAMPLES, .floats = data, .hyperparameters = s->hyperparameters,
		.thread_count = 1, .weights = s->weights};
	w.labels = memory(SAMPLES, sizeof(float));
	w.samples = memory(rt_code_test.sample * SAMPLES, sizeof(real));
	w.slots = memory(rt_code_test.slot * (size_t)rt_slot_count(SAMPLES), sizeof(real));
	w.threads = memory(rt_code_test.thread, sizeof(real));
	w.fixed = memory(rt_code_test.fixed, sizeof(real));
	w.loss = memory(SAMPLES, sizeof(real));
	w.metrics = memory((size_t)model.n_metrics * SAMPLES, sizeof(real));
	w.predictions = memory((size_t)model.outputs * SAMPLES, sizeof(float));
	rt_code_test.prepare(&w);
	rt_code_test.evaluate(&w);
	dump(directory, "images.raw", scaled, SAMPLES * size, sizeof(float));
	dump(directory, "predictions.raw", w.predictions, SAMPLES * (size_t)model.outputs, sizeof(float));
}

static int fail(void)
{
	fprintf(stderr, "%s\n", rt_failure());
	return 1;
}

static int import(struct rt_state *s, const char *channel)
{
	char file[RT_PATH];
	if (rt_weights_read(s, &model, channel, file))
		return fail();
	if (!file[0])
		fprintf(stderr, "no such channel\n");
	return file[0] ? 0 : 1;
}

int main(int argc, char **argv)
{
	static double numbers[64];
	struct rt_state s = {.hyperparameters = numbers, .epochs = 3, .batch_size = 256};
	const char *verb = argc > 2 ? argv[1] : "", *directory = argv[argc - 1];

	for (int i = 0; i < model.n_hyperparameters; i++)
		numbers[i] = atof(model.hyperparameters[i].fallback);
	s.weights = memory(model.weights, sizeof(real));
	s.states = memory(model.trainable * (size_t)model.optimizer.states, sizeof(real));
	if (!strcmp(verb, "import")) {
		if (argc != 4 || import(&s, argv[2]))
			return 1;
	} else {
		fill_state(&s);
		if (!strcmp(verb, "full")) {
			signal(SIGXFSZ, SIG_IGN);
			setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000});
		}
		if (rt_export_all(&model, &s, directory))
			return fail();
	}
	dump(directory, "weights.raw", s.weights, model.weights, sizeof(real));
	dump(directory, "states.raw", s.states, model.trainable * (size_t)model.optimizer.states, sizeof(real));
	dump_description(directory, &s);
	predict(directory, &s);
	return 0;
}
