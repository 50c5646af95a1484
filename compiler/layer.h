/* Layers: a row of the table says what a layer takes, what shape and parameters it has and which operations it is. */
#ifndef TRAINC_LAYER_H
#define TRAINC_LAYER_H
#include "operation.h"
#include "shape.h"
#include "spec.h"
#include "tables.h"
#include <limits.h>

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
	const char *example;                /* YAML, one layer a line, from a 6x6x2 input to rank 1: the smallest net
	                                       that uses it; tests loop over it */
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

/* Keys that several layers have. */
#define KEY_ACTIVATION \
	{.name = "activation", .kind = KIND_ROW, .fallback = "linear", .rows = activations, .nullable = true, \
	 .help = "applied to the output"}
#define KEY_INITIALIZER(key, value) \
	{.name = key, .kind = KIND_ROW, .fallback = value, .rows = initializers, .help = "initial values"}
#define KEY_UNSUPPORTED(key) {.name = key, .kind = KIND_UNSUPPORTED, .fallback = "null", .help = "not supported yet: null"}
#define KEY_PAIR(key, value, text) \
	{.name = key, .kind = KIND_PAIR, .fallback = value, .min = 1, .max = INT_MAX, .help = text}
#define KEY_WINDOW_PADDING \
	{.name = "padding", .kind = KIND_CHOICE, .fallback = "valid", .choices = window_paddings, \
	 .help = "same: zeros around so that stride 1 keeps the size, the odd one at the bottom and right"}
extern const char *const window_paddings[];

/* For windowed layers: reports a rank other than 3. */
bool layer_needs_image(const struct layer *l, struct diag *d);
/* For windowed layers: sets l->shape to (height, width, channels) of the output; false after reporting a window that does
 * not fit. keys are those of the window's size and strides. */
bool layer_window(struct layer *l, struct diag *d, const char *size_key, bool has_dilation, int channels);
/* Sets op's window attributes from the same keys. */
void lower_window(struct op *op, const struct layer *l, const char *size_key, bool has_dilation);

/* Index into shape's sizes of the layer's "axis"; -1 after reporting one that shape has not. Warns where Keras's default
 * means the width. */
int layer_axis(const struct layer *l, struct diag *d, struct shape shape);
/* op's SLICE attributes for this axis of shape; its parameters: the layer's, in order. */
void lower_slices(struct op *op, struct shape shape, int axis);
void lower_parameters(struct op *op, const struct layer *l);
/* The suffix of the value before the activation: "" where there is none to tell apart. */
const char *lower_linear_suffix(const struct value *activation);

/* Keras's output size, ceil((size + pads - (kernel - 1) * dilation) / stride); "same" pads the odd pixel at the end.
 * Sets *before and *after to the padding; <= 0 if the window does not fit. */
int window_output(int size, int kernel, int stride, int dilation, bool same, int *before, int *after);

#endif
