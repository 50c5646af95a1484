/* CUDA's kernels: each covers a whole batch. Sizes are in reals; matrix products go in tiles of 64 x 64, as
 * runtime/cuda/matrix.cuh cuts them, and sums over the batch in slots, as runtime/cuda/work.h counts them. */
#include <string.h>
#include "kernel.h"

/* relu, max-pooling of whole 2x2 windows and dropout: four channels a thread. */
static int covers_relu_pool(const struct op *const *ops, int n)
{
	if (n < 2 || !kernel_is_gate(ops[0]) || !kernel_is_2x2_pool(ops[1]) || ops[1]->out->shape.size[2] % 4)
		return 0;
	return n > 2 && ops[2]->type == &op_mask ? 3 : 2;
}

static int covers_relu_mask(const struct op *const *ops, int n)
{
	return n > 1 && kernel_is_gate(ops[0]) && ops[1]->type == &op_mask ? 2 : 0;
}

/* With the activation behind it, which has its own sum's element in a register; but where relu_pool or relu_mask takes that, it
 * costs nothing there. */
static int covers_with_map(const struct op *const *ops, int n, const struct op_type *type)
{
	if (ops[0]->type != type)
		return 0;
	const bool taken = covers_relu_pool(ops + 1, n - 1) || covers_relu_mask(ops + 1, n - 1);
	return n > 1 && ops[1]->type == &op_map && !taken ? 2 : 1;
}

#define COVERS_WITH_MAP(type) \
	static int covers_##type(const struct op *const *ops, int n) { return covers_with_map(ops, n, &op_##type); }

COVERS(input)
COVERS_WITH_MAP(convolution)
COVERS_WITH_MAP(depthwise)
COVERS_WITH_MAP(dense)
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

static const struct kernel cuda_input = {
	.name = "input", .summary = "the samples as read, scaled", .covers = covers_input, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {MAKES(Y)}, .tiles = "n * {{out_size}}"}},
};

#define PIXELS(side) "n * {{" side "_h}} * {{" side "_w}}"

/* Of products with an activation behind them: above what the libraries save, which have tensor cores, so that these get the
 * product and the activation is a kernel of its own. */
#define OWN_PRODUCT .7

static const struct kernel cuda_convolution = {
	.name = "convolution", .summary = "convolution as a matrix product, with its activation", .covers = covers_convolution,
	.cost = OWN_PRODUCT, .reference = true,
	.forward = {{"forward", DOMAIN_BLOCKS, .takes = {X, KERNEL, BIAS, MAKES(OUTPUT)},
		.tiles = "TILES(" PIXELS("out") ", {{out_c}})"}},
	.backward = {
		{"data", DOMAIN_BLOCKS, .takes = {OUTPUT, D_OUTPUT, KERNEL, DX},
			.tiles = "TILES(" PIXELS("in") ", {{in_c}})", .only_if = DX},
	},
	.side_stream = {
		{"weights", DOMAIN_BLOCKS, .takes = {X, OUTPUT, D_OUTPUT, D_KERNEL, D_BIAS},
			.tiles = "slots * TILES({{kernel_h}} * {{kernel_w}} * {{in_c}} + 1, {{out_c}})"},
	},
};

/* A thread has a window's weights for four channels in registers. The first layer's kind: nothing asks for x's gradient. */
static int covers_convolution_few(const struct op *const *ops, int n)
{
	enum { TAPS = 9, CHANNELS = 256 };
	if (ops[0]->type != &op_convolution || ops[0]->in[0]->needs_gradient)
		return 0;
	const int *a = ops[0]->attributes, in = ops[0]->in[0]->shape.size[2], out = ops[0]->out->shape.size[2];
	const bool power_of_2 = !(out & (out - 1));
	if (a[WINDOW_KERNEL_H] * a[WINDOW_KERNEL_W] * in > TAPS || out < 4 || out > CHANNELS || !power_of_2)
		return 0;
	return covers_convolution(ops, n);
}

static void few_size(const struct group *g, struct buffers *b)
{
	b->sums[0] = CUDA_PARTS * (g->parameters[0]->count + g->ops[0]->out->shape.size[2]);
}

static const struct kernel cuda_convolution_few = {
	.name = "convolution_few", .summary = "convolution of few channels by its definition, with its activation",
	.covers = covers_convolution_few, .cost = .1, .own_gradients = true, .size = few_size,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, KERNEL, BIAS, MAKES(OUTPUT)},
		.tiles = PIXELS("out") " * {{out_c}} / 4"}},
	.backward = {
		{"sums", DOMAIN_BLOCKS, .takes = {X, OUTPUT, D_OUTPUT, MAKES(SUMS)}, .tiles = "slots * RT_CUDA_PARTS"},
		{"gradients", DOMAIN_BLOCKS, .takes = {SUMS, D_KERNEL, D_BIAS},
			.tiles = "CHANNEL_GROUPS(({{kernel_h}} * {{kernel_w}} * {{in_c}} + 1) * {{out_c}})"},
	},
};

static const struct kernel cuda_depthwise = {
	.name = "depthwise", .summary = "depthwise convolution by its definition", .covers = covers_depthwise, .cost = .5,
	.reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {FROM, KERNEL, BIAS, MAKES(OUTPUT)}, .tiles = "n * {{out_size}}"}},
	.backward = {
		{"data", DOMAIN_ELEMENTS, .takes = {OUTPUT, D_OUTPUT, KERNEL, DX}, .tiles = "n * {{in_size}}", .only_if = DX},
	},
	.side_stream = {
		{"weights", DOMAIN_BLOCKS, .takes = {X, OUTPUT, D_OUTPUT, D_KERNEL, D_BIAS},
			.tiles = "slots * CHANNEL_GROUPS({{out_c}}) * ({{kernel_h}} * {{kernel_w}} + 1)"},
	},
};

/* A long sum is cut into parts, so that few outputs still make work for the whole GPU. */
static void dense_size(const struct group *g, struct buffers *b)
{
	enum { PART = 512, PARTS = 16 };
	const long parts = shape_count(g->in[0]->shape) / PART;
	b->saved[0] = shape_count(g->out->shape) * (parts < 1 ? 1 : parts > PARTS ? PARTS : parts);
}

static const struct kernel cuda_dense = {
	.name = "dense", .summary = "matrix product, with its activation", .covers = covers_dense, .cost = OWN_PRODUCT,
	.reference = true, .own_gradients = true, .size = dense_size,
	.forward = {
		{"parts", DOMAIN_BLOCKS, .takes = {X, KERNEL, MAKES(PARTIAL_SUMS)},
			.tiles = "{{saved}} / {{out_size}} * TILES(n, {{out_size}})"},
		{"forward", DOMAIN_ELEMENTS, .takes = {PARTIAL_SUMS, BIAS, MAKES(OUTPUT)}, .tiles = "n * {{out_size}}"},
	},
	.backward = {
		{"data", DOMAIN_BLOCKS, .takes = {OUTPUT, D_OUTPUT, KERNEL, DX}, .tiles = "TILES(n, {{in_size}})", .only_if = DX},
	},
	.side_stream = {
		{"weights", DOMAIN_BLOCKS, .takes = {X, OUTPUT, D_OUTPUT, D_KERNEL, D_BIAS},
			.tiles = "TILES({{in_size}} + 1, {{out_size}})"},
	},
};

/* A bias's gradient is of numbers that are not rounded, so it is no row of the product. */
static const struct kernel cuda_dense_bf16 = {
	.name = "dense_bf16", .summary = "matrix product of bfloat16 operands, with its activation", .covers = covers_dense,
	.cost = OWN_PRODUCT, .precision = PRECISION_BFLOAT16, .reference = true, .own_gradients = true, .size = dense_size,
	.forward = {
		{"parts", DOMAIN_BLOCKS, .takes = {X, KERNEL, MAKES(PARTIAL_SUMS)},
			.tiles = "{{saved}} / {{out_size}} * TILES(n, {{out_size}})"},
		{"forward", DOMAIN_ELEMENTS, .takes = {PARTIAL_SUMS, BIAS, MAKES(OUTPUT)}, .tiles = "n * {{out_size}}"},
	},
	.backward = {
		{"data", DOMAIN_BLOCKS, .takes = {OUTPUT, D_OUTPUT, KERNEL, DX}, .tiles = "TILES(n, {{in_size}})", .only_if = DX},
	},
	.side_stream = {
		{"weights", DOMAIN_BLOCKS, .takes = {X, OUTPUT, D_OUTPUT, D_KERNEL}, .tiles = "TILES({{in_size}}, {{out_size}})"},
		{"bias", DOMAIN_BLOCKS, .takes = {OUTPUT, D_OUTPUT, D_BIAS}, .tiles = "CHANNEL_GROUPS({{out_size}})", .only_if = BIAS},
	},
};

static const struct kernel cuda_max_pool = {
	.name = "max_pool", .summary = "largest of each window", .covers = covers_max_pool, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * {{out_size}}"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {X, DY, DX}, .tiles = "n * {{in_size}}", .only_if = DX}},
};

static int covers_max_pool_mask(const struct op *const *ops, int n)
{
	return n > 1 && ops[0]->type == &op_max_pool && ops[1]->type == &op_mask ? 2 : 0;
}

static const struct kernel cuda_max_pool_mask = {
	.name = "max_pool_mask", .summary = "largest of each window, and dropout", .covers = covers_max_pool_mask, .cost = .5,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * (({{out_size}} + 3) / 4)"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {X, DY, DX}, .tiles = "n * {{in_size}}", .only_if = DX}},
	.evaluate = {{"evaluate", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * {{out_size}}"}},
};

/* relu's derivative and which of four is the largest are a byte, so that backward does not read the inputs. */
static void relu_pool_size(const struct group *g, struct buffers *b)
{
	b->saved[0] = shape_count(g->out->shape) / 4;
}

static const struct kernel cuda_relu_pool = {
	.name = "relu_pool", .summary = "relu, max-pooling by 2x2 and dropout", .covers = covers_relu_pool, .cost = .3,
	.size = relu_pool_size,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y), MAKES(PLACES)}, .tiles = "n * {{group_out_size}} / 4"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {PLACES, DY, DX}, .tiles = "n * {{in_size}} / 4", .only_if = DX}},
	.evaluate = {{"evaluate", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * {{group_out_size}} / 4"}},
};

static const struct kernel cuda_relu_mask = {
	.name = "relu_mask", .summary = "relu and dropout", .covers = covers_relu_mask, .cost = .5,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * (({{out_size}} + 3) / 4)"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {Y, DY, DX}, .tiles = "n * {{out_size}}", .only_if = DX}},
	.evaluate = {{"evaluate", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * {{out_size}}"}},
};

static const struct kernel cuda_average_pool = {
	.name = "average_pool", .summary = "mean of each window", .covers = covers_average_pool, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * {{out_size}}"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {DY, DX}, .tiles = "n * {{in_size}}", .only_if = DX}},
};

static const struct kernel cuda_map = {
	.name = "map", .summary = "an activation, elementwise", .covers = covers_map, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {FROM, MAKES(TO)}, .tiles = "n * {{out_size}}"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {OUTPUT, D_OUTPUT, DX}, .tiles = "n * {{out_size}}", .only_if = DX}},
};

static const struct kernel cuda_softmax = {
	.name = "softmax", .summary = "softmax over one axis", .covers = covers_softmax, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * {{outer}} * {{inner}}"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {Y, DY, DX}, .tiles = "n * {{outer}} * {{inner}}", .only_if = DX}},
};

static const struct kernel cuda_mask = {
	.name = "mask", .summary = "dropout; the random numbers are drawn again for backward", .covers = covers_mask, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * (({{out_size}} + 3) / 4)"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {DY, DX}, .tiles = "n * (({{out_size}} + 3) / 4)", .only_if = DX}},
	.evaluate = {{"evaluate", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * {{out_size}}"}},
};

/* Statistics and sums lie slot by slot of the global batch, so that GPUs can share them. */
static void normalise_size(const struct group *g, struct buffers *b)
{
	b->packs[0] = b->packs[1] = 2L * g->ops[0]->attributes[SLICE_LENGTH];
	b->packs[2] = b->packs[3] = CUDA_SLOTS * b->packs[0];
}

static const struct kernel cuda_normalise = {
	.name = "normalise", .summary = "batch normalization; means and variances by slots", .covers = covers_normalise, .cost = 1,
	.reference = true, .own_gradients = true, .size = normalise_size,
	.forward = {
		{"statistics", DOMAIN_BLOCKS, .takes = {X, SHARE(ALL_MOMENTS)}, .tiles = "slots * CHANNEL_GROUPS({{length}})"},
		{"finish", DOMAIN_ELEMENTS, .takes = {ALL_MOMENTS, MAKES(MOVING_MEAN), MAKES(MOVING_VARIANCE), MAKES(BATCH)},
			.tiles = "{{length}}"},
		{"forward", DOMAIN_ELEMENTS, .takes = {X, BATCH, GAMMA, BETA, MAKES(Y)}, .tiles = "n * {{out_size}}"},
	},
	.backward = {
		{"sums", DOMAIN_BLOCKS, .takes = {X, DY, BATCH, SHARE(ALL_GRADIENT_SUMS)},
			.tiles = "slots * CHANNEL_GROUPS({{length}})"},
		{"gradients", DOMAIN_ELEMENTS, .takes = {ALL_GRADIENT_SUMS, MAKES(TOTAL), D_GAMMA, D_BETA}, .tiles = "{{length}}"},
		{"data", DOMAIN_ELEMENTS, .takes = {X, DY, BATCH, TOTAL, GAMMA, DX}, .tiles = "n * {{out_size}}", .only_if = DX},
	},
	.prepare = {{"fold", DOMAIN_ELEMENTS, .takes = {MOVING_MEAN, MOVING_VARIANCE, MAKES(BATCH)}, .tiles = "{{length}}"}},
	.evaluate = {{"forward", DOMAIN_ELEMENTS, .takes = {X, BATCH, GAMMA, BETA, MAKES(Y)}, .tiles = "n * {{out_size}}"}},
};

static const struct kernel cuda_add = {
	.name = "add", .summary = "sum of its inputs", .covers = covers_add, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {MAKES(Y), INPUTS}, .tiles = "n * {{out_size}}"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {DY, D_INPUTS}, .tiles = "n * {{out_size}}"}},
};

static const struct kernel cuda_concatenate = {
	.name = "concatenate", .summary = "its inputs side by side", .covers = covers_concatenate, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {MAKES(Y), INPUTS}, .tiles = "n * {{outer}}"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {DY, D_INPUTS}, .tiles = "n * {{outer}}"}},
};

static const struct kernel cuda_pad = {
	.name = "pad", .summary = "zeros around", .covers = covers_pad, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {X, MAKES(Y)}, .tiles = "n * {{out_size}}"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {DY, DX}, .tiles = "n * {{in_size}}", .only_if = DX}},
};

static const struct kernel cuda_loss = {
	.name = "loss", .summary = "a loss of probabilities or values, by its row", .covers = covers_loss, .cost = 1,
	.reference = true, .by_function = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, .takes = {OUTPUTS}, .tiles = "n"}},
	.backward = {{"backward", DOMAIN_ELEMENTS, .takes = {OUTPUTS, D_OUTPUTS}, .tiles = "n", .only_if = DX}},
};

/* The derivatives of both together are a subtraction, so that forward makes the gradient, too. */
static int covers_softmax_crossentropy(const struct op *const *ops, int n)
{
	return n > 1 && ops[0]->type == &op_softmax && ops[1]->type == &op_loss
		&& ops[0]->attributes[SLICE_LENGTH] == shape_count(ops[0]->out->shape)
		&& !strcmp(ops[1]->function->name, "categorical_crossentropy") ? 2 : 0;
}

#define WARPS(count) "((" count ") * 32 + RT_CUDA_THREADS - 1) / RT_CUDA_THREADS"

static const struct kernel cuda_softmax_crossentropy = {
	.name = "softmax_crossentropy", .summary = "softmax and categorical_crossentropy, and their gradient",
	.covers = covers_softmax_crossentropy, .cost = .5,
	.forward = {{"forward", DOMAIN_BLOCKS, .takes = {X, MAKES(Y), DX}, .tiles = WARPS("n")}},
	.evaluate = {{"evaluate", DOMAIN_BLOCKS, .takes = {X, MAKES(Y)}, .tiles = WARPS("n")}},
};

/* ---- NVIDIA's libraries ---- */

/* They add a bias, and then relu, in the same kernel. */
static int covers_with_relu(const struct op *const *ops, int n, const struct op_type *type)
{
	const int covered = covers_with_map(ops, n, type);
	return covered == 2 && !(kernel_is_gate(ops[1]) && ops[0]->parameters[1]) ? 1 : covered;
}

static int covers_for_cudnn(const struct op *const *ops, int n)
{
	return covers_with_relu(ops, n, &op_convolution);
}

static int covers_for_cublas(const struct op *const *ops, int n)
{
	return covers_with_relu(ops, n, &op_dense);
}

static void cudnn_size(const struct group *g, struct buffers *b)
{
	b->packs[0] = b->packs[1] = g->parameters[0]->count;
	b->sums[0] = CUDA_PARTS * g->out->shape.size[g->out->shape.rank - 1];
	b->saved[0] = shape_count(g->out->shape);
}

static void cublas_size(const struct group *g, struct buffers *b)
{
	b->saved[0] = shape_count(g->out->shape);
}

#define WEIGHTS "{{kernel_h}} * {{kernel_w}} * {{in_c}} * {{out_c}}"

static const struct kernel convolution_cudnn = {
	.name = "convolution_cudnn", .summary = "convolution by cuDNN, with bias and relu", .covers = covers_for_cudnn, .cost = .2,
	.own_gradients = true, .size = cudnn_size, .library = "convolution", .needs = NEEDS_NVIDIA_LIBRARIES,
	.pack = {{"pack", DOMAIN_ELEMENTS, .takes = {KERNEL, MAKES(PACK)}, .tiles = WEIGHTS}},
	.forward = {{"forward", DOMAIN_LIBRARY, .takes = {X, PACK, Y, BIAS}}},
	.backward = {
		{"through", DOMAIN_ELEMENTS, .takes = {OUTPUT, D_OUTPUT, MAKES(SAVED_DZ)},
			.tiles = "n * {{group_out_size}}", .only_if = FUSED},
		{"data", DOMAIN_LIBRARY, .takes = {DX, PACK, DZ}, .only_if = DX},
	},
	.side_stream = {
		{"bias_sums", DOMAIN_BLOCKS, .takes = {DZ, MAKES(SUMS)},
			.tiles = "slots * RT_CUDA_PARTS * CHANNEL_GROUPS({{out_c}})", .only_if = BIAS},
		{"bias", DOMAIN_BLOCKS, .takes = {SUMS, D_BIAS}, .tiles = "CHANNEL_GROUPS({{out_c}})", .only_if = BIAS},
		{"weights", DOMAIN_LIBRARY, .takes = {X, BACKWARD_PACK, DZ}},
		{"unpack", DOMAIN_ELEMENTS, .takes = {BACKWARD_PACK, D_KERNEL}, .tiles = WEIGHTS},
	},
};

static const struct kernel dense_cublas = {
	.name = "dense_cublas", .summary = "matrix product by cublasLt, with bias and relu", .covers = covers_for_cublas, .cost = .2,
	.own_gradients = true, .size = cublas_size, .library = "dense", .needs = NEEDS_NVIDIA_LIBRARIES,
	.forward = {{"forward", DOMAIN_LIBRARY, .takes = {X, KERNEL, Y, BIAS}}},
	.backward = {
		{"through", DOMAIN_ELEMENTS, .takes = {OUTPUT, D_OUTPUT, MAKES(SAVED_DZ)},
			.tiles = "n * {{group_out_size}}", .only_if = FUSED},
		{"data", DOMAIN_LIBRARY, .takes = {DX, KERNEL, DZ}, .only_if = DX},
	},
	.side_stream = {
		{"weights", DOMAIN_LIBRARY, .takes = {X, D_KERNEL, DZ, D_BIAS}},
	},
};

/* Two numbers of bfloat16 take the place of a real. */
static long narrow(long count)
{
	return (count + 1) / 2;
}

/* cuDNN's arrays are all bfloat16: inputs, outputs and then their gradients, and the inputs' gradients. */
static void cudnn_bf16_size(const struct group *g, struct buffers *b)
{
	cudnn_size(g, b);
	b->packs[0] = b->packs[1] = narrow(g->parameters[0]->count);
	b->saved[0] = b->saved[2] = narrow(shape_count(g->in[0]->shape));
	b->saved[1] = narrow(shape_count(g->out->shape));
}

static int covers_for_cudnn_bf16(const struct op *const *ops, int n)
{
	return covers_convolution_few(ops, n) ? 0 : covers_convolution(ops, n);
}

static const struct kernel convolution_cudnn_bf16 = {
	.name = "convolution_cudnn_bf16", .summary = "convolution in bfloat16 by cuDNN", .covers = covers_for_cudnn_bf16, .cost = .2,
	.precision = PRECISION_BFLOAT16, .own_gradients = true, .size = cudnn_bf16_size,
	.library = "convolution", .needs = NEEDS_NVIDIA_LIBRARIES,
	.pack = {{"pack", DOMAIN_ELEMENTS, .takes = {KERNEL, MAKES(ROUNDED_KERNEL)}, .tiles = WEIGHTS}},
	.forward = {
		{"input", DOMAIN_ELEMENTS, .takes = {X, MAKES(ROUNDED_X)}, .tiles = "n * {{in_size}}"},
		{"product", DOMAIN_LIBRARY, .takes = {ROUNDED_X, ROUNDED_KERNEL, ROUNDED_Y}},
		{"forward", DOMAIN_ELEMENTS, .takes = {ROUNDED_Y, BIAS, MAKES(Y)}, .tiles = "n * {{group_out_size}}"},
	},
	.backward = {
		{"gradient", DOMAIN_ELEMENTS, .takes = {OUTPUT, D_OUTPUT, MAKES(ROUNDED_DY)}, .tiles = "n * {{group_out_size}}"},
		{"data", DOMAIN_LIBRARY, .takes = {ROUNDED_DX, ROUNDED_KERNEL, ROUNDED_DY}, .only_if = DX},
		{"widen", DOMAIN_ELEMENTS, .takes = {ROUNDED_DX, DX}, .tiles = "n * {{in_size}}", .only_if = DX},
	},
	.side_stream = {
		{"bias_sums", DOMAIN_BLOCKS, .takes = {OUTPUT, D_OUTPUT, MAKES(SUMS)},
			.tiles = "slots * RT_CUDA_PARTS * CHANNEL_GROUPS({{out_c}})", .only_if = BIAS},
		{"bias", DOMAIN_BLOCKS, .takes = {SUMS, D_BIAS}, .tiles = "CHANNEL_GROUPS({{out_c}})", .only_if = BIAS},
		{"weights", DOMAIN_LIBRARY, .takes = {ROUNDED_X, ROUNDED_D_KERNEL, ROUNDED_DY}},
		{"unpack", DOMAIN_ELEMENTS, .takes = {ROUNDED_D_KERNEL, D_KERNEL}, .tiles = WEIGHTS},
	},
};

static void cublas_bf16_size(const struct group *g, struct buffers *b)
{
	b->packs[0] = narrow(g->parameters[0]->count);
	b->saved[0] = narrow(shape_count(g->in[0]->shape));
	b->saved[1] = narrow(shape_count(g->out->shape));
}

static const struct kernel dense_cublas_bf16 = {
	.name = "dense_cublas_bf16", .summary = "matrix product of bfloat16 operands by cublasLt, with bias and relu",
	.covers = covers_for_cublas, .cost = .2, .precision = PRECISION_BFLOAT16, .own_gradients = true, .size = cublas_bf16_size,
	.library = "dense", .needs = NEEDS_NVIDIA_LIBRARIES,
	.pack = {{"kernel", DOMAIN_ELEMENTS, .takes = {KERNEL, MAKES(ROUNDED_KERNEL)}, .tiles = "{{in_size}} * {{out_size}}"}},
	.forward = {
		{"input", DOMAIN_ELEMENTS, .takes = {X, MAKES(ROUNDED_X)}, .tiles = "n * {{in_size}}"},
		{"forward", DOMAIN_LIBRARY, .takes = {ROUNDED_X, ROUNDED_KERNEL, Y, BIAS}},
	},
	.backward = {
		{"gradient", DOMAIN_ELEMENTS, .takes = {OUTPUT, D_OUTPUT, MAKES(ROUNDED_DY)}, .tiles = "n * {{out_size}}"},
		{"data", DOMAIN_LIBRARY, .takes = {DX, ROUNDED_KERNEL, ROUNDED_DY}, .only_if = DX},
	},
	.side_stream = {
		{"weights", DOMAIN_LIBRARY, .takes = {ROUNDED_X, D_KERNEL, ROUNDED_DY}},
		{"bias", DOMAIN_BLOCKS, .takes = {OUTPUT, D_OUTPUT, D_BIAS}, .tiles = "CHANNEL_GROUPS({{out_size}})", .only_if = BIAS},
	},
};

const struct kernel *const cuda_kernels[] = {
	&convolution_cudnn, &convolution_cudnn_bf16, &dense_cublas, &dense_cublas_bf16,
	&cuda_input, &cuda_convolution_few, &cuda_convolution, &cuda_depthwise, &cuda_dense, &cuda_dense_bf16,
	&cuda_relu_pool, &cuda_relu_mask, &cuda_max_pool_mask, &cuda_max_pool, &cuda_average_pool, &cuda_map, &cuda_softmax,
	&cuda_mask,
	&cuda_normalise, &cuda_add, &cuda_concatenate, &cuda_pad, &cuda_softmax_crossentropy, &cuda_loss, NULL,
};
