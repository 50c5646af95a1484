/* Operations: what layers lower to and what kernels match. About a dozen types; no layer is named here.
 * Tensors are NHWC without the batch. y is the output, x the input, w0, w1 … the parameters. */
#ifndef TRAINC_OPERATION_H
#define TRAINC_OPERATION_H
#include "key.h"
#include "shape.h"

struct layer;
struct parameter;
struct op;

struct tensor {
	const char *name;                   /* C identifier: conv2d_1, conv2d_1_linear … */
	struct shape shape;
	const struct op *producer;
	const struct op **consumers; int n_consumers;
	bool view;                          /* shares the storage of producer->in[0] */
	bool needs_gradient;                /* a parameter lies above it */
	int index;
};

enum { OP_ATTRIBUTES = 12 };

/* A type of operation. attributes names, in order, the whole numbers that op.attributes holds; narrow: there are kernels
 * with bfloat16 operands; linear: y is linear in x, channel by channel, so that a batch normalization can go into the weights. */
struct op_type { const char *name, *summary; const char *attributes[OP_ATTRIBUTES + 1]; bool narrow, linear; };

extern const struct op_type
	op_input,            /* the sample as read, scaled and channels-innermost */
	op_convolution,      /* y[oh][ow][o] = sum x[oh*stride+kh*dilation-pad][..][i] * w0[kh][kw][i][o] (+ w1[o]) */
	op_depthwise,        /* y[oh][ow][i*m+k] = sum x[oh*stride+kh-pad][..][i] * w0[kh][kw][i][k] (+ w1[i*m+k]), k < m */
	op_dense,            /* y[o] = sum x[i] * w0[i][o] (+ w1[o]) */
	op_max_pool,         /* ties take the first; padding never wins */
	op_average_pool,     /* padding is left out of the mean */
	op_map,              /* y = f(x) elementwise; op.function is the activation's row */
	op_softmax,          /* over the middle of outer x length x inner */
	op_mask,             /* dropout: y = x * keep / (1 - rate); op.scalar is rate */
	op_normalise,        /* batch normalization over outer x length x inner, one mean a length;
	                        w0 gamma, w1 beta, w2 mean, w3 variance */
	op_add,              /* elementwise sum of all inputs */
	op_concatenate,      /* along the middle of outer x length x inner; lengths are the inputs' */
	op_pad,              /* zeros around height and width */
	op_view,             /* the same numbers in another shape */
	op_loss;             /* op.function is the loss's row */

/* op_convolution, op_depthwise, op_max_pool and op_average_pool (the last three without dilation and bias) */
enum { WINDOW_KERNEL_H, WINDOW_KERNEL_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
	WINDOW_PAD_BOTTOM, WINDOW_PAD_RIGHT, WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_BIAS };
enum { DEPTHWISE_BIAS = WINDOW_DILATION_H };   /* behind the window */
enum { DENSE_BIAS };
/* op_softmax, op_normalise, op_concatenate: x seen as [outer][length][inner] */
enum { SLICE_OUTER, SLICE_LENGTH, SLICE_INNER, NORMALISE_SCALE = 3, NORMALISE_CENTER };
enum { PAD_TOP, PAD_LEFT, PAD_BOTTOM, PAD_RIGHT };

struct op {
	const struct op_type *type;
	const struct layer *layer;
	struct tensor **in; int n_in;
	struct tensor *out;
	const struct parameter *parameters[4]; int n_parameters;
	int attributes[OP_ATTRIBUTES];
	const struct row *function;         /* op_map: activation; op_loss: loss */
	const struct value *scalars[2];     /* op_mask: rate; op_normalise: epsilon, momentum */
	int index;
};

/* What lower appends to. */
struct lowering {
	struct arena *arena;
	struct tensor **in;                 /* the values of the layer's inputs */
	struct op **ops; int n_ops;         /* all of the graph so far */
};

/* Appends an operation of one input whose output has this shape; the rest is the caller's to set. suffix ("" or
 * "_linear") is added to the layer's name for the tensor's. */
struct op *lower_op(struct lowering *out, const struct op_type *type, const struct layer *l, struct tensor *in,
	struct shape shape, const char *suffix);
/* The same with n inputs. */
struct op *lower_op_n(struct lowering *out, const struct op_type *type, const struct layer *l, struct tensor **in, int n,
	struct shape shape, const char *suffix);
/* x through the activation that value names: nothing for linear, op_softmax or op_map otherwise. */
struct tensor *lower_activation(struct lowering *out, const struct layer *l, struct tensor *x, const struct value *activation);

#endif
