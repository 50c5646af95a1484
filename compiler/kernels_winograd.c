/* Winograd's convolutions: a group of convolution, activation, 2x2 pooling and dropout in one pass over each sample, or
 * (winograd_slot) over a slot's samples together where one has few tiles or the weights are many. With pooling (…_sparse)
 * most gradients are zeros, and backward is another. */
#include "kernel.h"

enum {
	TILE = 4, SMALL_TILE = 2,
	FORWARD_BLOCK = 24, BACKWARD_BLOCK = 36, SLOT_BACKWARD_BLOCK = 48,      /* tiles, as in the runtime's winograd.h */
	ROWS = 12,                          /* of which they are multiples */
	PANEL = 64,                         /* the most channels of a panel of any machine */
	VECTOR = 16,                        /* the most lanes of any machine: rows of packs and transformed tensors are padded */
	FEWEST_CHANNELS = 8, FEWEST_TILES = 9, LARGEST_KERNEL = 1 << 14,        /* of a sample by itself */
	FEWEST_SLOT_CHANNELS = 16, LARGEST_SLOT_KERNEL = 1 << 17, LARGEST_SMALL_KERNEL = 1 << 18, TAPS = 9
};

static long padded(long n)
{
	return (n + VECTOR - 1) / VECTOR * VECTOR;
}

static long points_of(int tile)
{
	return (tile + 2) * (tile + 2);
}

static long tiles_of(const struct op *op, int tile)
{
	return (long)((op->out->shape.size[0] + tile - 1) / tile) * ((op->out->shape.size[1] + tile - 1) / tile);
}

static bool is_3x3(const struct op *op)
{
	const int *a = op->attributes;
	return op->type == &op_convolution && a[WINDOW_KERNEL_H] == 3 && a[WINDOW_KERNEL_W] == 3 && a[WINDOW_STRIDE_H] == 1
		&& a[WINDOW_STRIDE_W] == 1 && a[WINDOW_DILATION_H] == 1 && a[WINDOW_DILATION_W] == 1;
}

/* Transforming costs as much as it saves with few channels; with few tiles or a large kernel it is the transformed kernel,
 * four times the size, that costs. */
static bool worth_it(const struct op *op)
{
	long in = op->in[0]->shape.size[2], out = op->out->shape.size[2];
	return in >= FEWEST_CHANNELS && out >= FEWEST_CHANNELS && tiles_of(op, TILE) >= FEWEST_TILES && in * out <= LARGEST_KERNEL;
}

/* A slot's samples share the transformed kernel; each tile must still be mostly inside. */
static bool worth_it_together(const struct op *op)
{
	const int *out = op->out->shape.size;
	long in = op->in[0]->shape.size[2];
	return in >= FEWEST_SLOT_CHANNELS && out[2] >= FEWEST_SLOT_CHANNELS && in * out[2] <= LARGEST_SLOT_KERNEL
		&& 2L * out[0] * out[1] >= tiles_of(op, TILE) * TILE * TILE;
}

/* Outputs of few tiles that are mostly outside, or as many products in all with smaller transforms */
static bool worth_it_small(const struct op *op)
{
	const int *out = op->out->shape.size;
	long in = op->in[0]->shape.size[2], products = tiles_of(op, SMALL_TILE) * points_of(SMALL_TILE);
	return in >= FEWEST_SLOT_CHANNELS && out[2] >= FEWEST_SLOT_CHANNELS && in * out[2] <= LARGEST_SMALL_KERNEL
		&& products <= tiles_of(op, TILE) * points_of(TILE) && 3 * products <= 2L * TAPS * out[0] * out[1];
}

/* Operations from ops[0] on: convolution, activation, with_pool pooling, dropout */
static int covers_with(const struct op *const *ops, int n, bool (*worth)(const struct op *), bool with_pool)
{
	int covered = 1;
	if (!is_3x3(ops[0]) || !worth(ops[0]))
		return 0;
	if (covered < n && ops[covered]->type == &op_map)
		covered++;
	if (with_pool && (covered == n || !kernel_is_2x2_pool(ops[covered++])))
		return 0;
	if (covered < n && ops[covered]->type == &op_mask)
		covered++;
	return covered;
}

static int covers(const struct op *const *ops, int n)
{
	return covers_with(ops, n, worth_it, false);
}

static int covers_pooled(const struct op *const *ops, int n)
{
	return covers_with(ops, n, worth_it, true);
}

static int covers_slot(const struct op *const *ops, int n)
{
	return covers_with(ops, n, worth_it_together, false);
}

static int covers_small(const struct op *const *ops, int n)
{
	return covers_with(ops, n, worth_it_small, false);
}

static int covers_slot_pooled(const struct op *const *ops, int n)
{
	return covers_with(ops, n, worth_it_together, true);
}

/* Reals of a transformed tensor, as winograd_size in the runtime's winograd.h with the most lanes */
static long transformed(int tile, long block, long channels)
{
	return points_of(tile) * ((block * channels + VECTOR - 1) / VECTOR | 1) * VECTOR;
}

/* Entries of a list, in reals, as sparse_list in the runtime's sparse.h */
static long list_of(long most)
{
	return ((2 * most + VECTOR - 1) / VECTOR | 1) * VECTOR;
}

/* Packs and scratch of forward, and what it saves */
static void size_forward(const struct group *g, struct buffers *b, long block)
{
	const struct op *op = g->ops[0];
	const int tile = g->kernel->tile;
	long in = op->in[0]->shape.size[2], out = op->out->shape.size[2];
	b->packs[0] = points_of(tile) * in * padded(out);
	b->saved[0] = kernel_saves_bytes(g) ? shape_count(g->out->shape) / (long)sizeof(float) + VECTOR : 0;
	b->scratch[0] = transformed(tile, block, padded(in)) + transformed(tile, block, PANEL);
}

static void size_backward(const struct group *g, struct buffers *b, long block)
{
	const struct op *op = g->ops[0];
	const int tile = g->kernel->tile;
	long in = op->in[0]->shape.size[2], out = op->out->shape.size[2];
	b->packs[1] = points_of(tile) * out * padded(in);
	b->scratch[1] = transformed(tile, block, padded(in)) + transformed(tile, block, padded(out));
}

/* As sparse.h lays out its lists, copies of x and dx, weights and sums. */
static void size_sparse_backward(const struct group *g, struct buffers *b)
{
	const struct op *op = g->ops[0];
	const int *a = op->attributes, *in = op->in[0]->shape.size, *out = op->out->shape.size;
	long windows = (long)(out[0] / 2) * (out[1] / 2), channels = padded(in[2]);
	long inputs = (long)(in[0] + a[WINDOW_PAD_TOP] + a[WINDOW_PAD_BOTTOM])
		* (in[1] + a[WINDOW_PAD_LEFT] + a[WINDOW_PAD_RIGHT]) * channels;
	b->packs[1] = b->sums[0] = (long)a[WINDOW_KERNEL_H] * a[WINDOW_KERNEL_W] * out[2] * channels;
	b->sums[1] = out[2];
	b->scratch[1] = 4 * windows * (list_of(out[2]) + 1) + out[2] * (list_of(windows) + 1) + VECTOR + 2 * inputs;
}

/* Tiles of a block of one sample */
static long block_of(const struct group *g, long most)
{
	long tiles = (tiles_of(g->ops[0], g->kernel->tile) + ROWS - 1) / ROWS * ROWS;
	return tiles < most ? tiles : most;
}

static void size(const struct group *g, struct buffers *b)
{
	size_forward(g, b, block_of(g, FORWARD_BLOCK));
	size_backward(g, b, block_of(g, BACKWARD_BLOCK));
	b->sums[0] = b->packs[0];
	b->sums[1] = g->ops[0]->out->shape.size[2];
}

static void size_sparse(const struct group *g, struct buffers *b)
{
	size_forward(g, b, block_of(g, FORWARD_BLOCK));
	size_sparse_backward(g, b);
}

static void size_slot(const struct group *g, struct buffers *b)
{
	size_forward(g, b, FORWARD_BLOCK);
	size_backward(g, b, SLOT_BACKWARD_BLOCK);
	b->scratch[1] += b->packs[0];
}

static void size_slot_sparse(const struct group *g, struct buffers *b)
{
	size_forward(g, b, FORWARD_BLOCK);
	size_sparse_backward(g, b);
}

const struct kernel winograd = {
	.name = "winograd", .summary = "3x3 convolution by Winograd F(4x4, 3x3), with activation and dropout",
	.covers = covers, .cost = 0.1, .own_gradients = true, .size = size, .tile = TILE,
	.pack = {
		{"pack", DOMAIN_TILE, .takes = {KERNEL, MAKES(PACK)}, .tiles = "{{in_c}}"},
		{"pack_data", DOMAIN_TILE, .takes = {KERNEL, MAKES(BACKWARD_PACK)}, .tiles = "{{out_c}}", .only_if = DX},
	},
	.forward = {
		{"forward", DOMAIN_SAMPLE, .takes = {WORK, SAMPLE, X, NORM_IN, PACK, BIAS, MAKES(Y), ADDENDS,
			MAKES(SAVED), NORM_STATISTICS, SCRATCH}},
	},
	.backward = {
		{"backward", DOMAIN_SAMPLE, .takes = {WORK, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT, DX,
			MAKES(SUMS), MAKES(BIAS_SUMS), BACKWARD_SCRATCH}},
	},
	.finish = {{"finish", DOMAIN_TILE, .takes = {WORK, SUMS, BIAS_SUMS, D_KERNEL, D_BIAS}, .tiles = "{{in_c}}"}},
	.evaluate = {{"evaluate", DOMAIN_SAMPLE, .takes = {X, PACK, BIAS, MAKES(Y), ADDENDS, SCRATCH}}},
};

const struct kernel winograd_sparse = {
	.name = "winograd_sparse",
	.summary = "3x3 convolution by Winograd F(4x4, 3x3), with activation, 2x2 max-pooling and dropout; sparse gradients",
	.covers = covers_pooled, .cost = 0.05, .own_gradients = true, .size = size_sparse, .tile = TILE,
	.pack = {
		{"pack", DOMAIN_TILE, .takes = {KERNEL, MAKES(PACK)}, .tiles = "{{in_c}}"},
		{"pack_data", DOMAIN_TILE, .takes = {KERNEL, MAKES(BACKWARD_PACK)},
			.tiles = "{{kernel_h}} * {{kernel_w}}", .only_if = DX},
	},
	.forward = {
		{"forward", DOMAIN_SAMPLE, .takes = {WORK, SAMPLE, X, NORM_IN, PACK, BIAS, MAKES(Y), ADDENDS,
			MAKES(SAVED), NORM_STATISTICS, SCRATCH}},
	},
	.backward = {
		{"backward", DOMAIN_SAMPLE, .takes = {WORK, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT, DX,
			MAKES(SUMS), MAKES(BIAS_SUMS), BACKWARD_SCRATCH}},
	},
	.finish = {{"finish", DOMAIN_TILE, .takes = {WORK, SUMS, BIAS_SUMS, D_KERNEL, D_BIAS},
		.tiles = "{{kernel_h}} * {{kernel_w}}"}},
	.evaluate = {{"evaluate", DOMAIN_SAMPLE, .takes = {X, PACK, BIAS, MAKES(Y), ADDENDS, SCRATCH}}},
};

const struct kernel winograd_slot = {
	.name = "winograd_slot", .summary = "as winograd, over a slot's samples together", .covers = covers_slot, .cost = 0.15,
	.size = size_slot, .tile = TILE,
	.pack = {
		{"pack", DOMAIN_TILE, .takes = {KERNEL, MAKES(PACK)}, .tiles = "{{in_c}}"},
		{"pack_data", DOMAIN_TILE, .takes = {KERNEL, MAKES(BACKWARD_PACK)}, .tiles = "{{out_c}}", .only_if = DX},
	},
	.forward = {
		{"forward", DOMAIN_SLOT, .takes = {WORK, SAMPLE, SAMPLES, X, NORM_IN, PACK, BIAS, MAKES(Y), ADDENDS,
			MAKES(SAVED), SCRATCH}},
	},
	.backward = {
		{"backward", DOMAIN_SLOT, .takes = {WORK, SAMPLES, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT,
			DX, D_KERNEL, D_BIAS, BACKWARD_SCRATCH}},
	},
	.evaluate = {{"evaluate", DOMAIN_SLOT, .takes = {SAMPLES, X, PACK, BIAS, MAKES(Y), ADDENDS, SCRATCH}}},
};

const struct kernel winograd_slot_2x2 = {
	.name = "winograd_slot_2x2", .summary = "as winograd_slot, by F(2x2, 3x3): for outputs that fill tiles of 4x4 badly",
	.covers = covers_small, .cost = 0.09, .size = size_slot, .tile = SMALL_TILE,
	.pack = {
		{"pack", DOMAIN_TILE, .takes = {KERNEL, MAKES(PACK)}, .tiles = "{{in_c}}"},
		{"pack_data", DOMAIN_TILE, .takes = {KERNEL, MAKES(BACKWARD_PACK)}, .tiles = "{{out_c}}", .only_if = DX},
	},
	.forward = {
		{"forward", DOMAIN_SLOT, .takes = {WORK, SAMPLE, SAMPLES, X, NORM_IN, PACK, BIAS, MAKES(Y), ADDENDS,
			MAKES(SAVED), SCRATCH}},
	},
	.backward = {
		{"backward", DOMAIN_SLOT, .takes = {WORK, SAMPLES, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT,
			DX, D_KERNEL, D_BIAS, BACKWARD_SCRATCH}},
	},
	.evaluate = {{"evaluate", DOMAIN_SLOT, .takes = {SAMPLES, X, PACK, BIAS, MAKES(Y), ADDENDS, SCRATCH}}},
};

const struct kernel winograd_slot_sparse = {
	.name = "winograd_slot_sparse", .summary = "as winograd_sparse, forward over a slot's samples together",
	.covers = covers_slot_pooled, .cost = 0.1, .own_gradients = true, .size = size_slot_sparse, .tile = TILE,
	.pack = {
		{"pack", DOMAIN_TILE, .takes = {KERNEL, MAKES(PACK)}, .tiles = "{{in_c}}"},
		{"pack_data", DOMAIN_TILE, .takes = {KERNEL, MAKES(BACKWARD_PACK)},
			.tiles = "{{kernel_h}} * {{kernel_w}}", .only_if = DX},
	},
	.forward = {
		{"forward", DOMAIN_SLOT, .takes = {WORK, SAMPLE, SAMPLES, X, NORM_IN, PACK, BIAS, MAKES(Y), ADDENDS,
			MAKES(SAVED), SCRATCH}},
	},
	.backward = {
		{"backward", DOMAIN_SAMPLE, .takes = {WORK, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT, DX,
			MAKES(SUMS), MAKES(BIAS_SUMS), BACKWARD_SCRATCH}},
	},
	.finish = {{"finish", DOMAIN_TILE, .takes = {WORK, SUMS, BIAS_SUMS, D_KERNEL, D_BIAS},
		.tiles = "{{kernel_h}} * {{kernel_w}}"}},
	.evaluate = {{"evaluate", DOMAIN_SLOT, .takes = {SAMPLES, X, PACK, BIAS, MAKES(Y), ADDENDS, SCRATCH}}},
};
