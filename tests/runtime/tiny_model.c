/* A model written by hand, for tests of the runtime without the compiler: softmax of a dense layer, plain SGD, one kind of
 * hyperparameter each, and an export that is text, so that tests can read what the runtime made of its input.
 */
#include "internal.h"
#include "team.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INPUTS = 16, CLASSES = 3, BIAS = INPUTS * CLASSES, WEIGHTS = 64, SLOT = WEIGHTS };
enum { LR, BATCH_SIZE, EPOCHS, GPU_COUNT, SEED, DECAY, NESTEROV, NAME, PAUSE, HYPERPARAMETERS };

static const char *const gpu_count_aliases[] = {"gpus", "num_gpus", NULL};

static const struct rt_hyperparameter hyperparameters[HYPERPARAMETERS] = {
	[LR] = {"lr", RT_FLOAT, "0.5", true, false, 0, 0, NULL},
	[BATCH_SIZE] = {"batch_size", RT_INT, "32", true, true, 1, 4096, NULL},
	[EPOCHS] = {"epochs", RT_INT, "2", true, false, 1, 0, NULL},
	[GPU_COUNT] = {"gpu_count", RT_INT, "0", true, false, 0, 0, gpu_count_aliases},
	[SEED] = {"seed", RT_INT, "7", true, false, 0, 0, NULL},
	[DECAY] = {"decay", RT_FLOAT, "0", true, true, 0, 1, NULL},
	[NESTEROV] = {"nesterov", RT_BOOL, "false", false, false, 0, 0, NULL},
	[NAME] = {"name", RT_STRING, "sgd", false, false, 0, 0, NULL},
	[PAUSE] = {"pause", RT_FLOAT, "0", true, false, 0, 0, NULL},        /* seconds that each step takes longer */
};

static const struct rt_layer layers[] = {
	{"input", "InputLayer", "(None, 4, 4)", "tiny.yaml:3", ""},
	{"dense_1", "Dense", "(None, 3)", "tiny.yaml:4", ""},
	{"activation_1", "Activation", "(None, 3)", "tiny.yaml:5", ""},
};

static const struct rt_parameter parameters[] = {
	{1, "kernel", 2, {INPUTS, CLASSES}, 0, BIAS, true, {RT_VARIANCE_SCALING, 1, 0, RT_FAN_AVG, false}, INPUTS, CLASSES},
	{1, "bias", 1, {CLASSES}, BIAS, CLASSES, true, {RT_ZEROS, 0, 0, RT_FAN_IN, false}, CLASSES, CLASSES},
};

static const struct rt_metric metrics[] = {{"acc"}};

/* ---- the step ---- */

static long element(const struct rt_work *w, int i)
{
	return w->index ? (long)w->index[w->first + i] : w->first + i;
}

static real pixel(const struct rt_work *w, long sample, int k)
{
	long at = sample * INPUTS + k;
	return (w->bytes ? w->bytes[at] : w->floats[at]) / (real)255;
}

static void trace(struct rt_work *w, int layer, const real *values)
{
	if (w->trace)
		w->trace(w, layer, values, CLASSES);
}

/* y = softmax of the sample's logits; sets its loss and its accuracy. */
static void forward(struct rt_work *w, int i, real y[CLASSES])
{
	long sample = element(w, i);
	int label = (int)w->labels[sample], best = 0;
	real sum = 0, most;
	for (int c = 0; c < CLASSES; c++) {
		y[c] = w->weights[BIAS + c];
		for (int k = 0; k < INPUTS; k++)
			y[c] += pixel(w, sample, k) * w->weights[k * CLASSES + c];
		best = y[c] > y[best] ? c : best;
	}
	trace(w, 1, y);
	most = y[best];
	for (int c = 0; c < CLASSES; c++)
		sum += y[c] = (real)exp(y[c] - most);
	for (int c = 0; c < CLASSES; c++)
		y[c] /= sum;
	trace(w, 2, y);
	w->loss[i] = -(real)log(y[label]);
	w->metrics[i] = best == label;
}

static void backward(struct rt_work *w, int i, const real y[CLASSES], real *sums)
{
	long sample = element(w, i);
	for (int c = 0; c < CLASSES; c++) {
		real d = (y[c] - (w->labels[sample] == c)) / (real)w->total;
		for (int k = 0; k < INPUTS; k++)
			sums[k * CLASSES + c] += pixel(w, sample, k) * d;
		sums[BIAS + c] += d;
	}
}

static void pause_for(double seconds)
{
	struct timespec left = {(time_t)seconds, (long)(1e9 * (seconds - floor(seconds)))};
	while (nanosleep(&left, &left))
		;                               /* a signal came in between */
}

static void share_slots(void *argument)
{
	struct rt_work *w = argument;
	for (int slot; (slot = rt_team_next(rt_slot_count(w->n))) >= 0;) {
		real y[CLASSES], *sums = w->slots + slot * SLOT;
		memset(sums, 0, sizeof *sums * SLOT);
		for (int i = rt_slot_begin(w->n, slot); i < rt_slot_begin(w->n, slot + 1); i++) {
			forward(w, i, y);
			backward(w, i, y, sums);
		}
	}
}

static void gradients(struct rt_work *w)
{
	int slots = rt_slot_count(w->n);
	if (w->hyperparameters[PAUSE] > 0)
		pause_for(w->hyperparameters[PAUSE]);
	rt_team_run(share_slots, w);
	memset(w->gradients, 0, sizeof *w->gradients * WEIGHTS);
	for (int slot = 0; slot < slots; slot++)
		for (int k = 0; k < WEIGHTS; k++)
			w->gradients[k] += w->slots[slot * SLOT + k];
}

static void update(struct rt_work *w)
{
	for (int k = 0; k < WEIGHTS; k++)
		w->weights[k] -= (real)w->learning_rate * w->gradients[k];
}

static void prepare(struct rt_work *w)
{
	(void)w;
}

static void evaluate(struct rt_work *w)
{
	real y[CLASSES];
	for (int i = 0; i < w->n; i++)
		forward(w, i, y);
}

#define CODE(name) {.isa = name, .sample = 16, .slot = SLOT, .thread = 16, .gradients = gradients, .update = update, \
	.prepare = prepare, .evaluate = evaluate}
static const struct rt_code code_avx2 = CODE("avx2"), code_x86_64 = CODE("x86_64"), code_generic = CODE("generic");
static const struct rt_code *const codes[] = {&code_avx2, &code_x86_64, &code_generic, NULL};

/* ---- the export ---- */

/* FILE.txt: every hyperparameter's number, then what else a test may ask for. */
static int write_text(const struct rt_export *e, const struct rt_model *m, const struct rt_state *s, struct rt_files *files)
{
	char name[RT_PATH / 2];
	struct rt_text text = {0};
	if (rt_export_name(e->file, s->epochs, name, sizeof name))
		return -1;
	for (int i = 0; i < m->n_hyperparameters; i++)
		rt_text_printf(&text, "%s=%.17g\n", m->hyperparameters[i].name, s->hyperparameters[i]);
	rt_text_printf(&text, "iterations=%lld\n", (long long)s->iterations);
	for (int k = 0; k < BIAS + CLASSES; k++)
		rt_text_printf(&text, "weight%d=%a\n", k, s->weights[k]);
	rt_text_printf(&text, "%65536s\n", "");     /* larger than a small disk */
	const char *path = rt_files_add(files, name, text.bytes, text.size);
	free(text.bytes);
	return path ? 0 : -1;
}

static struct rt_export exports[] = {
	{.write = write_text, .format = "text", .file = "tiny-{epochs}.txt"},
	{.write = write_text, .format = "text", .file = ""},
};

static struct rt_model model = {
	.name = "tiny", .file = "tiny.yaml", .spec = "", .compiler = "0.0.0",
	.input_rank = 2, .input = {4, 4}, .classes = CLASSES, .outputs = CLASSES, .scale = 1.0 / 255,
	.channels = {{"training", "images", "labels"}, {"validation", "images", "labels"}}, .label_column = -1,
	.loss = {.name = "categorical_crossentropy"},
	.hyperparameters = hyperparameters, .n_hyperparameters = HYPERPARAMETERS,
	.layers = layers, .n_layers = 3, .parameters = parameters, .n_parameters = 2,
	.weights = WEIGHTS, .trainable = WEIGHTS, .metrics = metrics, .n_metrics = 1,
	.optimizer = {"SGD", 0, 0, {0, LR}, {0, DECAY}},
	.epochs = {0, EPOCHS}, .batch_size = {0, BATCH_SIZE}, .gpus = {0, GPU_COUNT}, .seed = {0, SEED}, .shuffle = true,
	.exports = exports, .n_exports = 1, .codes = codes,
};

int main(int argc, char **argv)
{
	const char *file = getenv("TINY_FILE"), *other = getenv("TINY_OTHER");
	if (file)
		exports[0].file = file;
	if (other && other[0]) {
		exports[1].file = other;
		model.n_exports = 2;
	}
	return rt_main(&model, NULL, argc, argv);
}
