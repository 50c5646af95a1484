/* The network: layers with shapes and edges, their parameters, and the operations that they lower to. After graph
 * nothing is the user's fault. */
#ifndef TRAINC_GRAPH_H
#define TRAINC_GRAPH_H
#include "layer.h"

struct graph {
	const struct spec *spec;
	struct layer **layers; int n_layers;            /* layers[0] is the input; then as the spec lists them */
	struct op **ops; int n_ops;                     /* in an order that runs; op_input first, op_loss last */
	struct tensor **tensors; int n_tensors;
	struct parameter **parameters; int n_parameters;   /* in layer order */
	long weights, trainable;                        /* reals of the flat buffer, of its trainable first part */
};

/* Resolves edges, infers shapes, lowers. NULL after reporting what is wrong to d. */
const struct graph *graph_build(struct arena *a, const struct spec *s, struct diag *d);

/* graph_range.c: warns where the last layer's outputs are not what the loss is made for. */
void graph_check_range(const struct graph *g, struct diag *d);

#endif
