/* Depthwise convolution with one kernel a channel, in vectors of channels, with activation. */
#include "kernel.h"

enum { VECTOR = 16 };                   /* the most lanes of any machine: channels of copies are padded */

/* With strides few taps are multiplied for each number of the input: copying it costs more than vectors save, unless the
 * reference's loops over channels are too short to be vectors. */
static bool worth_copying(const struct op *op)
{
	return (op->attributes[WINDOW_STRIDE_H] == 1 && op->attributes[WINDOW_STRIDE_W] == 1) || op->in[0]->shape.size[2] < VECTOR;
}

static int covers(const struct op *const *ops, int n)
{
	if (ops[0]->type != &op_depthwise || ops[0]->in[0]->shape.size[2] != ops[0]->out->shape.size[2] || !worth_copying(ops[0]))
		return 0;
	return n > 1 && ops[1]->type == &op_map ? 2 : 1;
}

/* The input with its padding; dz with zeros on both sides, as direct.h's direct_dz_size */
static void size(const struct group *g, struct buffers *b)
{
	const struct op *op = g->ops[0];
	const int *a = op->attributes, *in = op->in[0]->shape.size, *out = op->out->shape.size;
	long channels = (in[2] + VECTOR - 1L) / VECTOR * VECTOR;
	long left = (a[WINDOW_KERNEL_W] - 1) / a[WINDOW_STRIDE_W], last = (in[1] - 1L + a[WINDOW_PAD_LEFT]) / a[WINDOW_STRIDE_W];
	b->scratch[0] = (long)(in[0] + a[WINDOW_PAD_TOP] + a[WINDOW_PAD_BOTTOM])
		* (in[1] + a[WINDOW_PAD_LEFT] + a[WINDOW_PAD_RIGHT]) * channels;
	b->scratch[1] = b->scratch[0] + out[0] * (left + (last < out[1] ? out[1] : last + 1)) * channels;
}

const struct kernel depthwise = {
	.name = "depthwise", .summary = "depthwise convolution in vectors of channels, one kernel a channel, with activation",
	.covers = covers, .cost = 0.2, .size = size,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, NORM_IN, KERNEL, BIAS, MAKES(Y), SCRATCH}}},
	.backward = {
		{"backward", DOMAIN_SAMPLE, .takes = {WORK, X, NORM_IN, KERNEL, Y, DY, NORM_GRADIENT, DX, D_KERNEL,
			D_BIAS, BACKWARD_SCRATCH}},
	},
};
