/* Convolutions of any window by their definition, in registers; direct_pool with 2x2 pooling or dropout behind. */
#include "kernel.h"

enum {
	VECTOR = 16,                    /* the most lanes of any machine: rows of packs and of dz are padded */
	POOL = 2                        /* of a window, at most */
};

static long padded(long n)
{
	return (n + VECTOR - 1) / VECTOR * VECTOR;
}

static int covers(const struct op *const *ops, int n)
{
	if (ops[0]->type != &op_convolution)
		return 0;
	return n > 1 && ops[1]->type == &op_map ? 2 : 1;
}

static int covers_pool(const struct op *const *ops, int n)
{
	int covered = covers(ops, n), before = covered;
	if (covered && covered < n && kernel_is_2x2_pool(ops[covered]))
		covered++;
	if (covered && covered < n && ops[covered]->type == &op_mask)
		covered++;
	return covered > before ? covered : 0;
}

static void size(const struct group *g, struct buffers *b)
{
	const struct op *op = g->ops[0];
	const int *a = op->attributes, *in = op->in[0]->shape.size, *out = op->out->shape.size;
	long taps = (long)a[WINDOW_KERNEL_H] * a[WINDOW_KERNEL_W];
	long inputs = padded((long)(in[0] + a[WINDOW_PAD_TOP] + a[WINDOW_PAD_BOTTOM])
		* (in[1] + a[WINDOW_PAD_LEFT] + a[WINDOW_PAD_RIGHT]) * in[2]);
	long left = (long)((a[WINDOW_KERNEL_W] - 1) / a[WINDOW_STRIDE_W]) * a[WINDOW_DILATION_W];
	long last = (in[1] - 1L + a[WINDOW_PAD_LEFT]) / a[WINDOW_STRIDE_W];
	long rows = g->in[0]->needs_gradient ? out[0] : POOL;        /* dx takes all of dz, the weights a row of pools at a time */
	long dz = rows * (left + (last < out[1] ? out[1] : last + 1)) * padded(out[2]);
	b->packs[0] = taps * in[2] * padded(out[2]);
	b->packs[1] = taps * out[2] * padded(in[2]);
	b->scratch[0] = inputs;
	const bool few = a[WINDOW_KERNEL_W] > 1 && 2 * in[2] <= VECTOR && g->in[0]->needs_gradient;    /* dx in runs, with its padding */
	b->scratch[1] = inputs + dz + (few ? inputs : 0);
}

static void size_pool(const struct group *g, struct buffers *b)
{
	const int *out = g->ops[0]->out->shape.size;
	long bytes = shape_count(g->out->shape) / (long)sizeof(float) + VECTOR;
	size(g, b);
	b->scratch[0] += padded(2L * out[1] * out[2]) + bytes;
	b->saved[0] = bytes;
}

#define PACK_PHASES { \
		{"pack", DOMAIN_TILE, .takes = {KERNEL, MAKES(PACK)}, .tiles = "{{kernel_h}} * {{kernel_w}}"}, \
		{"pack_data", DOMAIN_TILE, .takes = {KERNEL, MAKES(BACKWARD_PACK)}, \
			.tiles = "{{kernel_h}} * {{kernel_w}}", .only_if = DX}, \
	}

const struct kernel direct = {
	.name = "direct", .summary = "convolution by its definition in registers, with activation", .covers = covers,
	.cost = 0.2, .recomputes = kernel_makes_few_products, .size = size, .pack = PACK_PHASES,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, NORM_IN, PACK, BIAS, MAKES(Y), SCRATCH}}},
	.backward = {
		{"backward", DOMAIN_SAMPLE, .takes = {WORK, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT, DX,
			D_KERNEL, D_BIAS, BACKWARD_SCRATCH}},
	},
};

const struct kernel direct_pool = {
	.name = "direct_pool", .summary = "convolution by its definition in registers, with activation, 2x2 max-pooling and dropout",
	.covers = covers_pool, .cost = 0.2, .size = size_pool, .pack = PACK_PHASES,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {WORK, SAMPLE, X, NORM_IN, PACK, BIAS, MAKES(Y), MAKES(SAVED), SCRATCH}}},
	.backward = {
		{"backward", DOMAIN_SAMPLE, .takes = {WORK, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT, DX,
			D_KERNEL, D_BIAS, BACKWARD_SCRATCH}},
	},
	.evaluate = {{"evaluate", DOMAIN_SAMPLE, .takes = {X, PACK, BIAS, MAKES(Y), SCRATCH}}},
};
