/* The summary's table: see summary.h. */
#include <string.h>
#include "summary.h"

struct totals { long parameters, trainable; double flops; };

static double op_flops(const struct op *op)
{
	const int *x = op->attributes;
	if (!op->out)
		return 0;
	double out = (double)shape_count(op->out->shape);
	if (op->type == &op_convolution)
		return out * (2.0 * x[WINDOW_KERNEL_H] * x[WINDOW_KERNEL_W] * op->in[0]->shape.size[2] + x[WINDOW_BIAS]);
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
	double flops = layer_flops(g, l);
	long parameters = 0;
	for (int i = 0; i < l->n_parameters; i++) {
		parameters += l->parameters[i].count;
		t->trainable += l->parameters[i].trainable ? l->parameters[i].count : 0;
	}
	t->parameters += parameters;
	t->flops += flops;
	fprintf(out, "%-36.36s %-22s %12ld %12.3f %10.2f\n", arena_format(a, "%s (%s)", l->name, type),
		shape_keras(a, l->shape, l->channels_first), parameters, flops / 1e6,
		(double)shape_count(l->shape) * 4 * (double)batch / (1 << 20));
}

static void rule(FILE *out, char c)
{
	for (int i = 0; i < 96; i++)
		fputc(c, out);
	fputc('\n', out);
}

void summary_print(FILE *out, const struct graph *g, long batch)
{
	struct totals t = {0};
	fprintf(out, "%-36s %-22s %12s %12s %10s\n", "Layer (type)", "Output Shape", "Param #", "MFLOP", "MiB");
	rule(out, '=');
	for (int i = 0; i < g->n_layers; i++)
		print_layer(out, g, g->layers[i], batch, &t);
	rule(out, '=');
	fprintf(out, "Total params: %ld\nTrainable params: %ld\nNon-trainable params: %ld\n", t.parameters, t.trainable,
		t.parameters - t.trainable);
	fprintf(out, "Forward: %.3f MFLOP a sample; MiB is the layer's output at batch size %ld\n", t.flops / 1e6, batch);
}
