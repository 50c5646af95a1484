/* The graph of specs/residual.yaml and specs/mnist_cnn.yaml: numbering, edges, shapes, parameters and operations. */
#include <string.h>
#include "check.h"
#include "graph.h"

static const struct graph *build(struct arena *a, const char *path)
{
	struct diag *d = diag_new(a);
	const struct yaml *root = NULL;
	const struct spec *s = yaml_read(a, path, d, &root) == YAML_OK ? spec_check(a, root, d) : NULL;
	const struct graph *g = s ? graph_build(a, s, d) : NULL;
	diag_print(d, stdout, false);
	return g;
}

static const struct parameter *find(const struct graph *g, const char *layer, const char *name)
{
	for (int i = 0; i < g->n_parameters; i++)
		if (!strcmp(g->parameters[i]->layer->name, layer) && !strcmp(g->parameters[i]->name, name))
			return g->parameters[i];
	return NULL;
}

/* What holds for any graph. */
static void check_order(const struct graph *g)
{
	CHECK(g->ops[0]->type == &op_input && g->ops[g->n_ops - 1]->type == &op_loss && !g->ops[g->n_ops - 1]->out);
	SAME(g->layers[0]->name, "input");
	for (int i = 0; i < g->n_ops; i++) {
		CHECK(g->ops[i]->index == i && (i == 0 || g->ops[i]->n_in > 0));
		for (int k = 0; k < g->ops[i]->n_in; k++)
			CHECK(g->ops[i]->in[k]->producer->index < i);
	}
	for (int i = 0; i < g->n_tensors; i++) {
		CHECK(g->tensors[i]->index == i && g->tensors[i]->n_consumers > 0);
		CHECK(g->tensors[i]->view == (g->tensors[i]->producer->type == &op_view));
		for (int k = 0; k < i; k++)
			CHECK(strcmp(g->tensors[i]->name, g->tensors[k]->name));
	}
}

/* Trainable ones first, each on a multiple of 16, none over another. */
static void check_offsets(const struct graph *g)
{
	long trained = 0, rest = g->trainable;
	for (int i = 0; i < g->n_parameters; i++) {
		const struct parameter *p = g->parameters[i];
		long *next = p->trainable ? &trained : &rest;
		CHECK(p->index == i && p->offset % 16 == 0 && p->offset == *next);
		*next = (p->offset + p->count + 15) / 16 * 16;
	}
	CHECK(trained == g->trainable && rest == g->weights);
}

static void mnist_cnn(struct arena *a)
{
	const struct graph *g = build(a, SOURCE_FOLDER "/specs/mnist_cnn.yaml");
	static const char *const names[] = {"input", "conv2d_1", "conv2d_2", "max_pooling2d_1", "dropout_1", "flatten_1", "dense_1",
		"dropout_2", "dense_2"};
	long count = 0;
	CHECK(g != NULL);
	if (!g)
		return;
	check_order(g);
	check_offsets(g);
	CHECK(g->n_layers == 9);
	for (int i = 0; i < g->n_layers; i++)
		SAME(g->layers[i]->name, names[i]);
	for (int i = 0; i < g->n_parameters; i++)
		count += g->parameters[i]->count;
	CHECK(count == 1199882);
	CHECK(shape_equal(g->layers[0]->shape, (struct shape){3, {28, 28, 1}}));        /* channels_first in the spec */
	const struct parameter *kernel = find(g, "conv2d_2", "kernel"), *bias = find(g, "conv2d_2", "bias");
	CHECK(kernel && kernel->rank == 4 && kernel->dims[2] == 32 && kernel->fan_in == 288 && kernel->fan_out == 576);
	CHECK(bias && bias->rank == 1 && bias->fan_in == 64 && bias->fan_out == 64);
	CHECK(find(g, "dense_1", "kernel")->fan_in == 9216 && find(g, "dense_1", "kernel")->fan_out == 128);
	CHECK(!g->tensors[0]->needs_gradient && g->tensors[1]->needs_gradient);
}

static void residual(struct arena *a)
{
	const struct graph *g = build(a, SOURCE_FOLDER "/specs/residual.yaml");
	CHECK(g != NULL);
	if (!g)
		return;
	check_order(g);
	check_offsets(g);
	const struct parameter *mean = find(g, "same_size", "moving_mean"), *gamma = find(g, "same_size", "gamma");
	CHECK(mean && !mean->trainable && mean->offset >= g->trainable && gamma && gamma->trainable && gamma->offset < g->trainable);
	CHECK(gamma->index + 2 == mean->index);                 /* Keras's order: gamma, beta, moving_mean, moving_variance */
	for (int i = 0; i < g->n_layers; i++)
		if (!strcmp(g->layers[i]->name, "add_1"))
			CHECK(g->layers[i]->n_inputs == 2 && !strcmp(g->layers[i]->inputs[1]->name, "stem"));
	for (int i = 0; i < g->n_tensors; i++)
		if (!strcmp(g->tensors[i]->name, "stem"))
			CHECK(g->tensors[i]->n_consumers == 2);
}

static void every_layer(struct arena *a)
{
	const struct graph *g = build(a, SOURCE_FOLDER "/specs/every_layer.yaml");
	CHECK(g != NULL);
	if (!g)
		return;
	check_order(g);
	check_offsets(g);
}

int main(void)
{
	struct arena *a = arena_new();
	mnist_cnn(a);
	residual(a);
	every_layer(a);
	arena_free(a);
	return checks_failed();
}
