/* The summary's table: see summary.h. */
#include <string.h>
#include "summary.h"

struct totals { long parameters, trainable; double flops, mebibytes; };

static double op_flops(const struct op *op)
{
	const int *x = op->attributes;
	if (!op->out)
		return 0;
	double out = (double)shape_count(op->out->shape);
	if (op->type == &op_convolution)
		return out * (2.0 * x[WINDOW_KERNEL_H] * x[WINDOW_KERNEL_W] * op->in[0]->shape.size[2] + x[WINDOW_BIAS]);
	if (op->type == &op_depthwise)
		return out * (2.0 * x[WINDOW_KERNEL_H] * x[WINDOW_KERNEL_W] + x[DEPTHWISE_BIAS]);
	if (op->type == &op_dense)
		return out * (2.0 * (double)shape_count(op->in[0]->shape) + x[DENSE_BIAS]);
	if (op->type == &op_max_pool || op->type == &op_average_pool)
		return out * x[WINDOW_KERNEL_H] * x[WINDOW_KERNEL_W];
	return op->type == &op_view ? 0 : out;
}

static double layer_flops(const struct graph *g, const struct layer *l)
{
	double flops = 0;
	for (int i = 0; i < g->n_ops; i++)
		if (g->ops[i]->layer == l)
			flops += op_flops(g->ops[i]);
	return flops;
}

static void print_layer(FILE *out, const struct graph *g, const struct layer *l, long batch, struct totals *t)
{
	struct arena *a = l->arena;
	const char *type = l->spec ? l->type->row.keras : "InputLayer";
	double flops = layer_flops(g, l), mebibytes = (double)shape_count(l->shape) * 4 * (double)batch / (1 << 20);
	long parameters = 0;
	for (int i = 0; i < l->n_parameters; i++) {
		parameters += l->parameters[i].count;
		t->trainable += l->parameters[i].trainable ? l->parameters[i].count : 0;
	}
	t->parameters += parameters;
	t->flops += flops;
	t->mebibytes += mebibytes;
	fprintf(out, "%-52s %-20s %11ld %10.3f %8.2f\n", arena_format(a, "%s (%s)", l->name, type),
		shape_keras(a, l->shape, l->channels_first), parameters, flops / 1e6, mebibytes);
}

static void rule(FILE *out, char c)
{
	for (int i = 0; i < 105; i++)
		fputc(c, out);
	fputc('\n', out);
}

void summary_print(FILE *out, const struct graph *g, long batch)
{
	struct totals t = {0};
	fprintf(out, "%-52s %-20s %11s %10s %8s\n", "Layer (type)", "Output Shape", "Param #", "MFLOP", "MiB");
	rule(out, '=');
	for (int i = 0; i < g->n_layers; i++)
		print_layer(out, g, g->layers[i], batch, &t);
	rule(out, '=');
	fprintf(out, "Total params: %ld\nTrainable params: %ld\nNon-trainable params: %ld\n", t.parameters, t.trainable,
		t.parameters - t.trainable);
	fprintf(out, "Forward: %.3f MFLOP a sample\nOutputs: %.2f MiB at batch size %ld\n", t.flops / 1e6, t.mebibytes, batch);
}
