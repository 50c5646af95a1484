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

bool phase_takes(const struct phase *phase, enum role role)
{
	for (int i = 0; phase->takes[i]; i++) {
		const struct role_row *taken = &roles[phase->takes[i] & ROLE_MASK];
		if (taken->kind == roles[role].kind && taken->number == roles[role].number)
			return true;
	}
	return false;
}

bool phases_take(const struct phase *phases, enum role role)
{
	for (; phases->name; phases++)
		if (phase_takes(phases, role))
			return true;
	return false;
}

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
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {WORK, SAMPLE, MAKES(Y)}}},
};

static const struct kernel convolution_reference = {
	.name = "convolution_reference", .summary = "convolution by its definition", .covers = covers_convolution, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, KERNEL, BIAS, MAKES(Y)}}},
	.backward = {
		{"weights", DOMAIN_SAMPLE, .takes = {X, DY, D_KERNEL, D_BIAS}},
		{"data", DOMAIN_SAMPLE, .takes = {DY, KERNEL, DX}, .only_if = DX},
	},
};

static const struct kernel depthwise_reference = {
	.name = "depthwise_reference", .summary = "depthwise convolution by its definition", .covers = covers_depthwise, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, KERNEL, BIAS, MAKES(Y)}}},
	.backward = {
		{"weights", DOMAIN_SAMPLE, .takes = {X, DY, D_KERNEL, D_BIAS}},
		{"data", DOMAIN_SAMPLE, .takes = {DY, KERNEL, DX}, .only_if = DX},
	},
};

static const struct kernel dense_reference = {
	.name = "dense_reference", .summary = "matrix product by its definition", .covers = covers_dense, .cost = 1,
	.reference = true, .own_gradients = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, KERNEL, BIAS, MAKES(Y)}}},
	.backward = {
		{"weights", DOMAIN_TILE, .takes = {WORK, X, DY, D_KERNEL, D_BIAS}, .tiles = "({{in_size}} + 63) / 64"},
		{"data", DOMAIN_SAMPLE, .takes = {DY, KERNEL, DX}, .only_if = DX},
	},
};

static const struct kernel max_pool_reference = {
	.name = "max_pool_reference", .summary = "largest of each window", .covers = covers_max_pool, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, MAKES(Y)}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {X, DY, DX}, .only_if = DX}},
};

static const struct kernel average_pool_reference = {
	.name = "average_pool_reference", .summary = "mean of each window", .covers = covers_average_pool, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, MAKES(Y)}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {DY, DX}, .only_if = DX}},
};

static const struct kernel map_reference = {
	.name = "map_reference", .summary = "an activation, elementwise", .covers = covers_map, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {FROM, MAKES(TO)}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {OUTPUT, D_OUTPUT, DX}, .only_if = DX}},
};

static const struct kernel softmax_reference = {
	.name = "softmax_reference", .summary = "softmax over one axis", .covers = covers_softmax, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, MAKES(Y)}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {Y, DY, DX}, .only_if = DX}},
};

static const struct kernel mask_reference = {
	.name = "mask_reference", .summary = "dropout; the random numbers are drawn again for backward", .covers = covers_mask,
	.cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {WORK, SAMPLE, X, MAKES(Y)}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {WORK, SAMPLE, DY, DX}, .only_if = DX}},
	.evaluate = {{"evaluate", DOMAIN_SAMPLE, .takes = {X, MAKES(Y)}}},
};

static const struct kernel normalise_reference = {
	.name = "normalise_reference", .summary = "batch normalization in passes over each sample", .covers = covers_normalise,
	.cost = 1, .reference = true, .own_gradients = true, .size = kernel_normalise_size,
	.forward = {
		{"statistics", DOMAIN_SAMPLE, .takes = {X, MAKES(SUMS), SCRATCH, SLOT_INDEX}},
		{"mean", DOMAIN_TILE, .takes = {WORK, SUMS, SHARE(MEAN)}},
		{"variance", DOMAIN_TILE, .takes = {WORK, SUMS, MEAN, SHARE(VARIANCE)}},
		{"finish", DOMAIN_TILE, .takes = {WORK, MEAN, VARIANCE, MAKES(MOVING_MEAN), MAKES(MOVING_VARIANCE), MAKES(BATCH)}},
		{"forward", DOMAIN_SAMPLE, .takes = {X, BATCH, GAMMA, BETA, MAKES(Y)}},
	},
	.backward = {
		{"sums", DOMAIN_SAMPLE, .takes = {X, DY, BATCH, MAKES(GRADIENT_SUMS)}},
		{"gradients", DOMAIN_TILE, .takes = {WORK, GRADIENT_SUMS, SHARE(TOTAL), D_GAMMA, D_BETA}},
		{"data", DOMAIN_SAMPLE, .takes = {WORK, X, DY, BATCH, TOTAL, GAMMA, DX}, .only_if = DX},
	},
	.prepare = {{"fold", DOMAIN_TILE, .takes = {MOVING_MEAN, MOVING_VARIANCE, MAKES(BATCH)}}},
	.evaluate = {{"forward", DOMAIN_SAMPLE, .takes = {X, BATCH, GAMMA, BETA, MAKES(Y)}}},
};

static const struct kernel add_reference = {
	.name = "add_reference", .summary = "sum of its inputs", .covers = covers_add, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {MAKES(Y), INPUTS}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {DY, D_INPUTS}}},
};

static const struct kernel concatenate_reference = {
	.name = "concatenate_reference", .summary = "its inputs side by side", .covers = covers_concatenate, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {MAKES(Y), INPUTS}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {DY, D_INPUTS}}},
};

static const struct kernel pad_reference = {
	.name = "pad_reference", .summary = "zeros around", .covers = covers_pad, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, MAKES(Y)}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {DY, DX}, .only_if = DX}},
};

static const struct kernel loss_reference = {
	.name = "loss_reference", .summary = "a loss of probabilities or values, by its row", .covers = covers_loss, .cost = 1,
	.reference = true, .by_function = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {P, LABEL, LOSS}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {WORK, P, LABEL, DP}, .only_if = DX}},
};

const struct kernel *const cpu_kernels[] = {
	&convolution_amx_slot, &convolution_amx, &dense_amx,
	&winograd_sparse, &winograd, &winograd_slot_sparse, &winograd_slot_2x2, &winograd_slot, &direct, &direct_pool, &depthwise,
	&dense_openblas, &dense, &dense_bf16, &normalise, &add, &max_pool,
	&input_reference, &convolution_reference, &convolution_bf16_reference, &depthwise_reference, &dense_reference,
	&dense_bf16_reference, &max_pool_reference, &average_pool_reference, &map_reference, &softmax_reference, &mask_reference,
	&normalise_reference, &add_reference, &concatenate_reference, &pad_reference, &loss_reference, NULL,
};
