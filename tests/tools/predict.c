/* What a generated program predicts: stands in for its main.c (see predict_build). For tests.
 *
 *   predict PREFIX OUT [ISA]      reads PREFIX/input/data like train, and the weights from PREFIX/model (which it takes for
 *                                 a model channel), writes the predictions for the validation channel to OUT as raw
 *                                 float32 [samples][outputs], and prints the mean loss and metrics. */
#include "internal.h"
#include "model.h"
#include <stdio.h>
#include <stdlib.h>

static int fail(void)
{
	fprintf(stderr, "predict: %s\n", rt_failure());
	return 1;
}

static double mean(const real *values, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += (double)values[i];
	return sum / n;
}

int main(int argc, char **argv)
{
	struct rt_options options;
	struct rt_config config;
	struct rt_data data;
	struct rt_job job = {0};
	char weights[RT_PATH];
	bool found;
	char *arguments[] = {argv[0], "--prefix", argc > 1 ? argv[1] : "", "--isa", argc > 3 ? argv[3] : "", NULL};
	if (argc < 3 || rt_options_read(&options, argc > 3 ? 5 : 3, arguments) || rt_config_read(&config, &model, &options)
	    || rt_data_read(&data, &config, &model.validation))
		return fail();
	if (rt_job_begin(&job, &config, &data, &data) || rt_path(weights, argv[1], "model")
	    || rt_weights_read(&job.state, &model, weights, &found))
		return fail();
	if (!found) {
		fprintf(stderr, "predict: no weights in %s\n", weights);
		return 1;
	}
	float *predictions = malloc(sizeof *predictions * (size_t)(data.samples * model.outputs));
	FILE *out = fopen(argv[2], "wb");
	struct rt_work *w = &job.work;
	double loss = 0, metric = 0;
	if (!predictions || !out)
		return 1;
	w->index = NULL;
	w->bytes = data.bytes;
	w->floats = data.floats;
	w->labels = data.labels;
	job.code->prepare(w);
	long batch = config.batch_size < data.samples ? config.batch_size : data.samples;
	for (w->first = 0; w->first < data.samples; w->first += batch) {
		w->n = w->total = (int)(data.samples - w->first < batch ? data.samples - w->first : batch);
		w->predictions = predictions + w->first * model.outputs;
		job.code->evaluate(w);
		loss += mean(w->loss, w->n) * w->n;
		metric += model.n_metrics ? mean(w->metrics, w->n) * w->n : 0;
	}
	bool ok = fwrite(predictions, sizeof *predictions, (size_t)(data.samples * model.outputs), out)
		== (size_t)(data.samples * model.outputs);
	ok = fclose(out) == 0 && ok;
	printf("%.9g %.9g\n", loss / (double)data.samples, metric / (double)data.samples);
	return !ok;
}
