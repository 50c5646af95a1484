/* Layers: a row of the table says what a layer takes, what shape and parameters it has and which operations it is. */
#ifndef TRAINC_LAYER_H
#define TRAINC_LAYER_H
#include "operation.h"
#include "shape.h"
#include "spec.h"

/* One weight array, in Keras's order and axes (HWIO; dense rows in HWC order). */
struct parameter {
	const struct layer *layer;
	const char *name;                   /* Keras's: kernel, bias, gamma, beta, moving_mean, moving_variance */
	int rank; long dims[4]; long count;
	const struct call *initializer;
	double fan_in, fan_out;             /* Keras's, see keras.md */
	bool trainable;
	long offset;                        /* in the flat buffer of weights, set by graph: trainable ones come first */
	int index;                          /* in the graph's list */
};

enum { LAYER_PARAMETERS = 4 };

struct layer {
	const struct layer_type *type;
	const struct layer_spec *spec;      /* NULL for the input */
	const char *name;
	struct at at;
	bool channels_first;
	const struct layer **inputs; int n_inputs;
	struct shape shape;                 /* rank 0 until known */
	struct parameter parameters[LAYER_PARAMETERS]; int n_parameters;   /* in Keras's order */
	int index;
	struct arena *arena;
};

struct layer_type {
	struct row row;                     /* row.keras: the class, "Conv2D" */
	const char *example;                /* YAML of a smallest layers: list that uses it, for a 6x6x2 input; every test loops over it */
	int min_inputs, max_inputs;         /* 1, 1 for most */
	/* Sets l->shape and l->parameters from inputs of known shape; false after reporting what is wrong to d. */
	bool (*infer)(struct layer *l, struct diag *d);
	/* Appends the layer's operations; the value of input i is out->in[i]; returns the layer's value. */
	struct tensor *(*lower)(const struct layer *l, struct lowering *out);
};

/* All rows, in layers.def's order, NULL-terminated. */
extern const struct layer_type *const layer_types[];

/* For infer: adds a parameter; fans as Keras computes them from rank and dims. */
struct parameter *layer_parameter(struct layer *l, const char *name, int rank, const long *dims,
	const struct call *initializer, bool trainable);
/* The value of the layer's key; a bug if there is no such key. */
const struct value *layer_value(const struct layer *l, const char *key);

/* Keras's output size: ceil((size - (kernel-1)*dilation - 1 + pads + 1) / stride); "same" pads the odd pixel at the end.
 * Sets *before and *after to the padding; <= 0 if the window does not fit. */
int window_output(int size, int kernel, int stride, int dilation, bool same, int *before, int *after);

#endif
