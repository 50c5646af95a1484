/* The CPU's kernels, fastest first, references last: see kernel.h for what a row says. Sizes are in reals. */
#include "kernel.h"
#include "tables.h"

COVERS(input)
COVERS(convolution)
COVERS(depthwise)
COVERS(dense)
COVERS(max_pool)
COVERS(average_pool)
COVERS(map)
COVERS(softmax)
COVERS(mask)
COVERS(normalise)
COVERS(add)
COVERS(concatenate)
COVERS(pad)
COVERS(loss)

/* ---- what rows of several files ask ---- */

bool kernel_is_2x2_pool(const struct op *op)
{
	const int *a = op->attributes;
	return op->type == &op_max_pool && a[WINDOW_KERNEL_H] == 2 && a[WINDOW_KERNEL_W] == 2 && a[WINDOW_STRIDE_H] == 2
		&& a[WINDOW_STRIDE_W] == 2 && !a[WINDOW_PAD_TOP] && !a[WINDOW_PAD_LEFT] && !a[WINDOW_PAD_BOTTOM]
		&& !a[WINDOW_PAD_RIGHT];
}

bool kernel_is_gate(const struct op *op)
{
	return op->type == &op_map && ((const struct activation_type *)op->function)->gate;
}

bool kernel_saves_bytes(const struct group *g)
{
	const struct op_type *last = g->ops[g->n - 1]->type;
	return last == &op_max_pool || last == &op_mask;
}

/* The first layer's output: many numbers of few products each, whose inputs are kept anyway. */
bool kernel_makes_few_products(const struct group *g)
{
	enum { FEW = 32 };
	const int *a = g->ops[0]->attributes;
	return !kernel_saves_bytes(g) && a[WINDOW_KERNEL_H] * a[WINDOW_KERNEL_W] * g->in[0]->shape.size[2] <= FEW;
}

/* ---- references: one operation each, plain loops ---- */

static const struct kernel input_reference = {
	.name = "input_reference", .summary = "the sample as read, scaled", .covers = covers_input, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "work i y", NULL, NULL}},
};

static const struct kernel convolution_reference = {
	.name = "convolution_reference", .summary = "convolution by its definition", .covers = covers_convolution, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 w0 w1 y", NULL, NULL}},
	.backward = {
		{"weights", DOMAIN_SAMPLE, "x0 dy dw0 dw1", NULL, NULL},
		{"data", DOMAIN_SAMPLE, "dy w0 dx0", NULL, "dx0"},
	},
};

static const struct kernel depthwise_reference = {
	.name = "depthwise_reference", .summary = "depthwise convolution by its definition", .covers = covers_depthwise, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 w0 w1 y", NULL, NULL}},
	.backward = {
		{"weights", DOMAIN_SAMPLE, "x0 dy dw0 dw1", NULL, NULL},
		{"data", DOMAIN_SAMPLE, "dy w0 dx0", NULL, "dx0"},
	},
};

static const struct kernel dense_reference = {
	.name = "dense_reference", .summary = "matrix product by its definition", .covers = covers_dense, .cost = 1,
	.reference = true, .own_gradients = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 w0 w1 y", NULL, NULL}},
	.backward = {
		{"weights", DOMAIN_TILE, "work x0 dy dw0 dw1", "({{in_size}} + 63) / 64", NULL},
		{"data", DOMAIN_SAMPLE, "dy w0 dx0", NULL, "dx0"},
	},
};

static const struct kernel max_pool_reference = {
	.name = "max_pool_reference", .summary = "largest of each window", .covers = covers_max_pool, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 y", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "x0 dy dx0", NULL, "dx0"}},
};

static const struct kernel average_pool_reference = {
	.name = "average_pool_reference", .summary = "mean of each window", .covers = covers_average_pool, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 y", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "dy dx0", NULL, "dx0"}},
};

static const struct kernel map_reference = {
	.name = "map_reference", .summary = "an activation, elementwise", .covers = covers_map, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 y", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "y dy dx0", NULL, "dx0"}},
};

static const struct kernel softmax_reference = {
	.name = "softmax_reference", .summary = "softmax over one axis", .covers = covers_softmax, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 y", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "y dy dx0", NULL, "dx0"}},
};

static const struct kernel mask_reference = {
	.name = "mask_reference", .summary = "dropout; the random numbers are drawn again for backward", .covers = covers_mask,
	.cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "work i x0 y", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "work i dy dx0", NULL, "dx0"}},
	.evaluate = {{"evaluate", DOMAIN_SAMPLE, "x0 y", NULL, NULL}},
};

static const struct kernel normalise_reference = {
	.name = "normalise_reference", .summary = "batch normalization in passes over each sample", .covers = covers_normalise,
	.cost = 1, .reference = true, .own_gradients = true, .size = kernel_normalise_size,
	.forward = {
		{"statistics", DOMAIN_SAMPLE, "x0 k0 t0 j", NULL, NULL},
		{"mean", DOMAIN_TILE, "work k0 +p2", NULL, NULL},
		{"variance", DOMAIN_TILE, "work k0 p2 +p3", NULL, NULL},
		{"finish", DOMAIN_TILE, "work p2 p3 w2 w3 p0", NULL, NULL},
		{"forward", DOMAIN_SAMPLE, "x0 p0 w0 w1 y", NULL, NULL},
	},
	.backward = {
		{"sums", DOMAIN_SAMPLE, "x0 dy p0 k1", NULL, NULL},
		{"gradients", DOMAIN_TILE, "work k1 +p1 dw0 dw1", NULL, NULL},
		{"data", DOMAIN_SAMPLE, "work x0 dy p0 p1 w0 dx0", NULL, "dx0"},
	},
	.prepare = {{"fold", DOMAIN_TILE, "w2 w3 p0", NULL, NULL}},
	.evaluate = {{"forward", DOMAIN_SAMPLE, "x0 p0 w0 w1 y", NULL, NULL}},
};

static const struct kernel add_reference = {
	.name = "add_reference", .summary = "sum of its inputs", .covers = covers_add, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "y x*", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "dy dx*", NULL, NULL}},
};

static const struct kernel concatenate_reference = {
	.name = "concatenate_reference", .summary = "its inputs side by side", .covers = covers_concatenate, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "y x*", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "dy dx*", NULL, NULL}},
};

static const struct kernel pad_reference = {
	.name = "pad_reference", .summary = "zeros around", .covers = covers_pad, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 y", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "dy dx0", NULL, "dx0"}},
};

static const struct kernel loss_reference = {
	.name = "loss_reference", .summary = "a loss of probabilities or values, by its row", .covers = covers_loss, .cost = 1,
	.reference = true, .by_function = true,
	.forward = {{"forward", DOMAIN_SAMPLE, "x0 label loss", NULL, NULL}},
	.backward = {{"backward", DOMAIN_SAMPLE, "work x0 label dx0", NULL, "dx0"}},
};

const struct kernel *const cpu_kernels[] = {
	&convolution_amx_slot, &convolution_amx, &dense_amx,
	&winograd_sparse, &winograd, &winograd_slot_sparse, &winograd_slot_2x2, &winograd_slot, &direct, &direct_pool, &depthwise,
	&dense_openblas, &dense, &dense_bf16, &normalise, &add, &max_pool,
	&input_reference, &convolution_reference, &convolution_bf16_reference, &depthwise_reference, &dense_reference,
	&dense_bf16_reference, &max_pool_reference, &average_pool_reference, &map_reference, &softmax_reference, &mask_reference,
	&normalise_reference, &add_reference, &concatenate_reference, &pad_reference, &loss_reference, NULL,
};
