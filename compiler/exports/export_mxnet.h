/* MXNet's symbol of a graph, from its operations, and the arrays of its parameter file. */
#ifndef TRAINC_EXPORT_MXNET_H
#define TRAINC_EXPORT_MXNET_H
#include "../graph.h"

struct export_array {
	const char *name;                   /* "arg:conv2d_1/kernel1" */
	int parameter;                      /* index in the graph's list; -1: filled with fill */
	int rank, axes[4]; long dims[4];    /* see struct rt_array */
	double fill;
};

const char *export_mxnet_symbol(struct arena *a, const struct graph *g);
const char *export_mxnet_input(struct arena *a, const struct graph *g);          /* "/conv2d_1_input1" */
const struct export_array *export_mxnet_arrays(struct arena *a, const struct graph *g, int *n);

#endif
