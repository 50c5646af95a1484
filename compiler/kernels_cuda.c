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
	.forward = {{"forward", DOMAIN_ELEMENTS, "y", "n * {{out_size}}", NULL}},
};

#define PIXELS(side) "n * {{" side "_h}} * {{" side "_w}}"

/* Of products with an activation behind them: above what the libraries save, which have tensor cores, so that these get the
 * product and the activation is a kernel of its own. */
#define OWN_PRODUCT .7

static const struct kernel cuda_convolution = {
	.name = "convolution", .summary = "convolution as a matrix product, with its activation", .covers = covers_convolution,
	.cost = OWN_PRODUCT, .reference = true,
	.forward = {{"forward", DOMAIN_BLOCKS, "x0 w0 w1 y", "TILES(" PIXELS("out") ", {{out_c}})", NULL}},
	.backward = {
		{"data", DOMAIN_BLOCKS, "y dy w0 dx0", "TILES(" PIXELS("in") ", {{in_c}})", "dx0"},
	},
	.aside = {
		{"weights", DOMAIN_BLOCKS, "x0 y dy dw0 dw1", "slots * TILES({{kernel_h}} * {{kernel_w}} * {{in_c}} + 1, {{out_c}})", NULL},
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
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 w0 w1 y", PIXELS("out") " * {{out_c}} / 4", NULL}},
	.backward = {
		{"sums", DOMAIN_BLOCKS, "x0 y dy k0", "slots * RT_CUDA_PARTS", NULL},
		{"gradients", DOMAIN_BLOCKS, "k0 dw0 dw1", "CHANNEL_GROUPS(({{kernel_h}} * {{kernel_w}} * {{in_c}} + 1) * {{out_c}})", NULL},
	},
};

static const struct kernel cuda_depthwise = {
	.name = "depthwise", .summary = "depthwise convolution by its definition", .covers = covers_depthwise, .cost = .5,
	.reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 w0 w1 y", "n * {{out_size}}", NULL}},
	.backward = {
		{"data", DOMAIN_ELEMENTS, "y dy w0 dx0", "n * {{in_size}}", "dx0"},
	},
	.aside = {
		{"weights", DOMAIN_BLOCKS, "x0 y dy dw0 dw1", "slots * CHANNEL_GROUPS({{out_c}}) * ({{kernel_h}} * {{kernel_w}} + 1)", NULL},
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
		{"parts", DOMAIN_BLOCKS, "x0 w0 s0", "{{saved}} / {{out_size}} * TILES(n, {{out_size}})", NULL},
		{"forward", DOMAIN_ELEMENTS, "s0 w1 y", "n * {{out_size}}", NULL},
	},
	.backward = {
		{"data", DOMAIN_BLOCKS, "y dy w0 dx0", "TILES(n, {{in_size}})", "dx0"},
	},
	.aside = {
		{"weights", DOMAIN_BLOCKS, "x0 y dy dw0 dw1", "TILES({{in_size}} + 1, {{out_size}})", NULL},
	},
};

/* A bias's gradient is of numbers that are not rounded, so it is no row of the product. */
static const struct kernel cuda_dense_bf16 = {
	.name = "dense_bf16", .summary = "matrix product of bfloat16 operands, with its activation", .covers = covers_dense,
	.cost = OWN_PRODUCT, .precision = PRECISION_BFLOAT16, .reference = true, .own_gradients = true, .size = dense_size,
	.forward = {
		{"parts", DOMAIN_BLOCKS, "x0 w0 s0", "{{saved}} / {{out_size}} * TILES(n, {{out_size}})", NULL},
		{"forward", DOMAIN_ELEMENTS, "s0 w1 y", "n * {{out_size}}", NULL},
	},
	.backward = {
		{"data", DOMAIN_BLOCKS, "y dy w0 dx0", "TILES(n, {{in_size}})", "dx0"},
	},
	.aside = {
		{"weights", DOMAIN_BLOCKS, "x0 y dy dw0", "TILES({{in_size}}, {{out_size}})", NULL},
		{"bias", DOMAIN_BLOCKS, "y dy dw1", "CHANNEL_GROUPS({{out_size}})", "w1"},
	},
};

static const struct kernel cuda_max_pool = {
	.name = "max_pool", .summary = "largest of each window", .covers = covers_max_pool, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y", "n * {{out_size}}", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "x0 dy dx0", "n * {{in_size}}", "dx0"}},
};

static int covers_max_pool_mask(const struct op *const *ops, int n)
{
	return n > 1 && ops[0]->type == &op_max_pool && ops[1]->type == &op_mask ? 2 : 0;
}

static const struct kernel cuda_max_pool_mask = {
	.name = "max_pool_mask", .summary = "largest of each window, and dropout", .covers = covers_max_pool_mask, .cost = .5,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y", "n * (({{out_size}} + 3) / 4)", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "x0 dy dx0", "n * {{in_size}}", "dx0"}},
	.evaluate = {{"evaluate", DOMAIN_ELEMENTS, "x0 y", "n * {{out_size}}", NULL}},
};

/* relu's derivative and which of four is the largest are a byte, so that backward does not read the inputs. */
static void relu_pool_size(const struct group *g, struct buffers *b)
{
	b->saved[0] = shape_count(g->out->shape) / 4;
}

static const struct kernel cuda_relu_pool = {
	.name = "relu_pool", .summary = "relu, max-pooling by 2x2 and dropout", .covers = covers_relu_pool, .cost = .3,
	.size = relu_pool_size,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y s0", "n * {{group_out_size}} / 4", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "s0 dy dx0", "n * {{in_size}} / 4", "dx0"}},
	.evaluate = {{"evaluate", DOMAIN_ELEMENTS, "x0 y", "n * {{group_out_size}} / 4", NULL}},
};

static const struct kernel cuda_relu_mask = {
	.name = "relu_mask", .summary = "relu and dropout", .covers = covers_relu_mask, .cost = .5,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y", "n * (({{out_size}} + 3) / 4)", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "y dy dx0", "n * {{out_size}}", "dx0"}},
	.evaluate = {{"evaluate", DOMAIN_ELEMENTS, "x0 y", "n * {{out_size}}", NULL}},
};

static const struct kernel cuda_average_pool = {
	.name = "average_pool", .summary = "mean of each window", .covers = covers_average_pool, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y", "n * {{out_size}}", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "dy dx0", "n * {{in_size}}", "dx0"}},
};

static const struct kernel cuda_map = {
	.name = "map", .summary = "an activation, elementwise", .covers = covers_map, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y", "n * {{out_size}}", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "y dy dx0", "n * {{out_size}}", "dx0"}},
};

static const struct kernel cuda_softmax = {
	.name = "softmax", .summary = "softmax over one axis", .covers = covers_softmax, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y", "n * {{outer}} * {{inner}}", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "y dy dx0", "n * {{outer}} * {{inner}}", "dx0"}},
};

static const struct kernel cuda_mask = {
	.name = "mask", .summary = "dropout; the random numbers are drawn again for backward", .covers = covers_mask, .cost = 1,
	.reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y", "n * (({{out_size}} + 3) / 4)", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "dy dx0", "n * (({{out_size}} + 3) / 4)", "dx0"}},
	.evaluate = {{"evaluate", DOMAIN_ELEMENTS, "x0 y", "n * {{out_size}}", NULL}},
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
		{"statistics", DOMAIN_BLOCKS, "x0 +p2", "slots * CHANNEL_GROUPS({{length}})", NULL},
		{"finish", DOMAIN_ELEMENTS, "p2 w2 w3 p0", "{{length}}", NULL},
		{"forward", DOMAIN_ELEMENTS, "x0 p0 w0 w1 y", "n * {{out_size}}", NULL},
	},
	.backward = {
		{"sums", DOMAIN_BLOCKS, "x0 dy p0 +p3", "slots * CHANNEL_GROUPS({{length}})", NULL},
		{"gradients", DOMAIN_ELEMENTS, "p3 p1 dw0 dw1", "{{length}}", NULL},
		{"data", DOMAIN_ELEMENTS, "x0 dy p0 p1 w0 dx0", "n * {{out_size}}", "dx0"},
	},
	.prepare = {{"fold", DOMAIN_ELEMENTS, "w2 w3 p0", "{{length}}", NULL}},
	.evaluate = {{"forward", DOMAIN_ELEMENTS, "x0 p0 w0 w1 y", "n * {{out_size}}", NULL}},
};

static const struct kernel cuda_add = {
	.name = "add", .summary = "sum of its inputs", .covers = covers_add, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "y x*", "n * {{out_size}}", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "dy dx*", "n * {{out_size}}", NULL}},
};

static const struct kernel cuda_concatenate = {
	.name = "concatenate", .summary = "its inputs side by side", .covers = covers_concatenate, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "y x*", "n * {{outer}}", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "dy dx*", "n * {{outer}}", NULL}},
};

static const struct kernel cuda_pad = {
	.name = "pad", .summary = "zeros around", .covers = covers_pad, .cost = 1, .reference = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0 y", "n * {{out_size}}", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "dy dx0", "n * {{in_size}}", "dx0"}},
};

static const struct kernel cuda_loss = {
	.name = "loss", .summary = "a loss of probabilities or values, by its row", .covers = covers_loss, .cost = 1,
	.reference = true, .by_function = true,
	.forward = {{"forward", DOMAIN_ELEMENTS, "x0", "n", NULL}},
	.backward = {{"backward", DOMAIN_ELEMENTS, "x0 dx0", "n", "dx0"}},
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
	.forward = {{"forward", DOMAIN_BLOCKS, "x0 y dx0", WARPS("n"), NULL}},
	.evaluate = {{"evaluate", DOMAIN_BLOCKS, "x0 y", WARPS("n"), NULL}},
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
	.own_gradients = true, .size = cudnn_size, .library = "convolution",
	.pack = {{"pack", DOMAIN_ELEMENTS, "w0 p0", WEIGHTS, NULL}},
	.forward = {{"forward", DOMAIN_LIBRARY, "x0 p0 y w1", NULL, NULL}},
	.backward = {
		{"through", DOMAIN_ELEMENTS, "y dy s0", "n * {{group_out_size}}", "map"},
		{"data", DOMAIN_LIBRARY, "dx0 p0 dz", NULL, "dx0"},
	},
	.aside = {
		{"bias_sums", DOMAIN_BLOCKS, "dz k0", "slots * RT_CUDA_PARTS * CHANNEL_GROUPS({{out_c}})", "w1"},
		{"bias", DOMAIN_BLOCKS, "k0 dw1", "CHANNEL_GROUPS({{out_c}})", "w1"},
		{"weights", DOMAIN_LIBRARY, "x0 p1 dz", NULL, NULL},
		{"unpack", DOMAIN_ELEMENTS, "p1 dw0", WEIGHTS, NULL},
	},
};

static const struct kernel dense_cublas = {
	.name = "dense_cublas", .summary = "matrix product by cublasLt, with bias and relu", .covers = covers_for_cublas, .cost = .2,
	.own_gradients = true, .size = cublas_size, .library = "dense",
	.forward = {{"forward", DOMAIN_LIBRARY, "x0 w0 y w1", NULL, NULL}},
	.backward = {
		{"through", DOMAIN_ELEMENTS, "y dy s0", "n * {{group_out_size}}", "map"},
		{"data", DOMAIN_LIBRARY, "dx0 w0 dz", NULL, "dx0"},
	},
	.aside = {
		{"weights", DOMAIN_LIBRARY, "x0 dw0 dz dw1", NULL, NULL},
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
	.precision = PRECISION_BFLOAT16, .own_gradients = true, .size = cudnn_bf16_size, .library = "convolution",
	.pack = {{"pack", DOMAIN_ELEMENTS, "w0 p0", WEIGHTS, NULL}},
	.forward = {
		{"input", DOMAIN_ELEMENTS, "x0 s0", "n * {{in_size}}", NULL},
		{"product", DOMAIN_LIBRARY, "s0 p0 s1", NULL, NULL},
		{"forward", DOMAIN_ELEMENTS, "s1 w1 y", "n * {{group_out_size}}", NULL},
	},
	.backward = {
		{"gradient", DOMAIN_ELEMENTS, "y dy s1", "n * {{group_out_size}}", NULL},
		{"data", DOMAIN_LIBRARY, "s2 p0 s1", NULL, "dx0"},
		{"widen", DOMAIN_ELEMENTS, "s2 dx0", "n * {{in_size}}", "dx0"},
	},
	.aside = {
		{"bias_sums", DOMAIN_BLOCKS, "y dy k0", "slots * RT_CUDA_PARTS * CHANNEL_GROUPS({{out_c}})", "w1"},
		{"bias", DOMAIN_BLOCKS, "k0 dw1", "CHANNEL_GROUPS({{out_c}})", "w1"},
		{"weights", DOMAIN_LIBRARY, "s0 p1 s1", NULL, NULL},
		{"unpack", DOMAIN_ELEMENTS, "p1 dw0", WEIGHTS, NULL},
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
	.library = "dense",
	.pack = {{"kernel", DOMAIN_ELEMENTS, "w0 p0", "{{in_size}} * {{out_size}}", NULL}},
	.forward = {
		{"input", DOMAIN_ELEMENTS, "x0 s0", "n * {{in_size}}", NULL},
		{"forward", DOMAIN_LIBRARY, "s0 p0 y w1", NULL, NULL},
	},
	.backward = {
		{"gradient", DOMAIN_ELEMENTS, "y dy s1", "n * {{out_size}}", NULL},
		{"data", DOMAIN_LIBRARY, "dx0 p0 s1", NULL, "dx0"},
	},
	.aside = {
		{"weights", DOMAIN_LIBRARY, "s0 dw0 s1", NULL, NULL},
		{"bias", DOMAIN_BLOCKS, "y dy dw1", "CHANNEL_GROUPS({{out_size}})", "w1"},
	},
};

const struct kernel *const cuda_kernels[] = {
	&convolution_cudnn, &convolution_cudnn_bf16, &dense_cublas, &dense_cublas_bf16,
	&cuda_input, &cuda_convolution_few, &cuda_convolution, &cuda_depthwise, &cuda_dense, &cuda_dense_bf16,
	&cuda_relu_pool, &cuda_relu_mask, &cuda_max_pool_mask, &cuda_max_pool, &cuda_average_pool, &cuda_map, &cuda_softmax,
	&cuda_mask,
	&cuda_normalise, &cuda_add, &cuda_concatenate, &cuda_pad, &cuda_softmax_crossentropy, &cuda_loss, NULL,
};
