/* Convolutions and dense layers in bfloat16 on processors with AMX, whose matrix products are many times as fast as any other. */
#include "kernel.h"

/* Rows and columns of the machine's tiles, and numbers of a sum in one, as in the runtime's amx.h; AMX_GROUP and AMX_CHUNKS of
 * its convolution_amx.h */
enum { ROWS = 16, COLUMNS = 16, CHUNK = 32, GROUP = 2 * COLUMNS, CHUNKS = 10 };
/* Below, too much of a tile would be zeros: numbers of a row of taps, of a single tap, and output channels */
enum { FEWEST_NUMBERS = 9, FEWEST_CHANNELS = 24, FEWEST_OUTPUTS = 8 };

static long up(long n, long to)
{
	return (n + to - 1) / to * to;
}

/* Reals, of an image, of a pack of weights, of two rows of sums, of dz's pairs and of planes: as in the runtime's
 * convolution_amx.h, whose functions these are */
static long image_size(long pixels, long channels)
{
	return up(pixels * channels + CHUNK, CHUNK) / 2;
}

static long pack_size(const int *a, long channels, long channels_out)
{
	return a[WINDOW_KERNEL_H] * up(a[WINDOW_KERNEL_W] * channels, CHUNK) * up(channels_out, COLUMNS) / 2;
}

static long rows_size(long columns)
{
	return 2 * columns * GROUP;
}

static long image_width(const struct op *op)
{
	return op->in[0]->shape.size[1] + op->attributes[WINDOW_KERNEL_W] - 1;
}

/* Of dz's image, from its first to its last, in whole chunks */
static long pixels_of(const struct op *op)
{
	const int *a = op->attributes, *out = op->out->shape.size;
	return up((out[0] - 1) * a[WINDOW_STRIDE_H] * image_width(op) + (out[1] - 1L) * a[WINDOW_STRIDE_W] + 1, CHUNK);
}

static long together(const struct op *op)
{
	const long most = CHUNKS * CHUNK / pixels_of(op);
	return most > 1 ? most : 1;
}

static bool fills_tiles(const struct op *op)
{
	const int width = op->attributes[WINDOW_KERNEL_W], channels = op->in[0]->shape.size[2];
	return width * channels >= (width > 1 ? FEWEST_NUMBERS : FEWEST_CHANNELS) && op->out->shape.size[2] >= FEWEST_OUTPUTS;
}

/* Convolution, activation, 2x2 max-pooling, dropout */
static int covers_convolution(const struct op *const *ops, int n)
{
	const int *a = ops[0]->attributes;
	int covered = 1;
	if (ops[0]->type != &op_convolution || a[WINDOW_DILATION_H] != 1 || a[WINDOW_DILATION_W] != 1 || !fills_tiles(ops[0]))
		return 0;
	if (covered < n && ops[covered]->type == &op_map)
		covered++;
	if (covered < n && kernel_is_2x2_pool(ops[covered]))
		covered++;
	if (covered < n && ops[covered]->type == &op_mask)
		covered++;
	return covered;
}

static int covers_small(const struct op *const *ops, int n)
{
	const int covered = covers_convolution(ops, n);
	return covered && together(ops[0]) > 1 ? covered : 0;
}

static void size_convolution(const struct group *g, struct buffers *b)
{
	const struct op *op = g->ops[0];
	const int *a = op->attributes, *in = op->in[0]->shape.size, *out = op->out->shape.size;
	const long width = image_width(op), image = (in[0] + a[WINDOW_KERNEL_H] - 1) * width, pixels = pixels_of(op);
	const long reach = pixels + (a[WINDOW_KERNEL_H] - 1) * width + a[WINDOW_KERNEL_W] - 1;
	const long plane = (up(reach > image + CHUNK ? reach : image + CHUNK, CHUNK) / CHUNK | 1) * CHUNK;
	const long pairs = pixels / 2 * up(out[2], GROUP), planes = up(in[2], ROWS) * plane / 2;

	b->packs[0] = pack_size(a, in[2], out[2]);
	b->packs[1] = pack_size(a, out[2], in[2]);
	b->saved[0] = kernel_saves_bytes(g) ? up(shape_count(g->out->shape), sizeof(float)) / (long)sizeof(float) : 0;
	b->sums[0] = a[WINDOW_KERNEL_H] * a[WINDOW_KERNEL_W] * up(in[2], ROWS) * up(out[2], GROUP);
	b->sums[1] = out[2];
	b->scratch[0] = image_size(image, in[2]) + rows_size(out[1]);
	b->scratch[1] = image_size(image, out[2]) + together(op) * (pairs + planes) + rows_size(in[1]);
}

#define PACK_PHASES { \
		{"pack", DOMAIN_TILE, .takes = {KERNEL, MAKES(PACK)}, .tiles = "{{kernel_h}}"}, \
		{"pack_data", DOMAIN_TILE, .takes = {KERNEL, MAKES(BACKWARD_PACK)}, .tiles = "{{kernel_h}}", .only_if = DX}, \
	}
#define FORWARD_PHASES { \
		{"forward", DOMAIN_SAMPLE, .takes = {WORK, SAMPLE, X, NORM_IN, PACK, BIAS, MAKES(Y), ADDENDS, \
			MAKES(SAVED), NORM_STATISTICS, SCRATCH}}, \
	}
#define FINISH_PHASES { \
		{"finish", DOMAIN_TILE, .takes = {WORK, SUMS, BIAS_SUMS, D_KERNEL, D_BIAS}, .tiles = "{{kernel_h}} * {{kernel_w}}"}, \
	}
#define EVALUATE_PHASES {{"evaluate", DOMAIN_SAMPLE, .takes = {X, PACK, BIAS, MAKES(Y), ADDENDS, SCRATCH}}}

const struct kernel convolution_amx = {
	.name = "convolution_amx", .summary = "convolution of bfloat16 operands by AMX, with activation, 2x2 max-pooling and dropout",
	.covers = covers_convolution, .cost = 0.05, .precision = PRECISION_BFLOAT16, .needs = NEEDS_AMX, .own_gradients = true,
	.recomputes = kernel_makes_few_products, .size = size_convolution,
	.pack = PACK_PHASES, .forward = FORWARD_PHASES, .finish = FINISH_PHASES, .evaluate = EVALUATE_PHASES,
	.backward = {
		{"backward", DOMAIN_SAMPLE, .takes = {WORK, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT, DX,
			MAKES(SUMS), MAKES(BIAS_SUMS), BACKWARD_SCRATCH}},
	},
};

const struct kernel convolution_amx_slot = {
	.name = "convolution_amx_slot", .summary = "as convolution_amx, the weights' gradients of some samples of a slot together",
	.covers = covers_small, .cost = 0.04, .precision = PRECISION_BFLOAT16, .needs = NEEDS_AMX, .own_gradients = true,
	.size = size_convolution, .pack = PACK_PHASES, .forward = FORWARD_PHASES, .finish = FINISH_PHASES, .evaluate = EVALUATE_PHASES,
	.backward = {
		{"backward", DOMAIN_SLOT, .takes = {WORK, SAMPLES, X, NORM_IN, BACKWARD_PACK, Y, SAVED, DY, NORM_GRADIENT,
			DX, MAKES(SUMS), MAKES(BIAS_SUMS), BACKWARD_SCRATCH}},
	},
};

static int is_convolution(const struct op *const *ops, int n)
{
	return covers_convolution(ops, n) > 0;
}

const struct kernel convolution_bf16_reference = {
	.name = "convolution_bf16_reference", .summary = "convolution of bfloat16 operands by its definition", .covers = is_convolution,
	.cost = 1, .precision = PRECISION_BFLOAT16, .needs = NEEDS_AMX, .reference = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, KERNEL, BIAS, MAKES(Y)}}},
	.backward = {
		{"weights", DOMAIN_SAMPLE, .takes = {X, DY, D_KERNEL, D_BIAS}},
		{"data", DOMAIN_SAMPLE, .takes = {DY, KERNEL, DX}, .only_if = DX},
	},
};

#define COLUMN_TILES "dense_tiles({{out_size}}, dense_amx_columns({{out_size}}))"
#define OUTPUT_TILES "dense_tiles(work->n, dense_amx_rows(work->n, " COLUMN_TILES ", work->thread_count)) * " COLUMN_TILES
#define INPUT_TILES "dense_tiles({{in_size}}, dense_amx_data_inputs({{in_size}}, work->thread_count))"

const struct kernel dense_amx = {
	.name = "dense_amx",
	.summary = "matrix product of bfloat16 operands over the batch by AMX, in tiles, with activation and dropout",
	.covers = kernel_covers_dense, .cost = 0.05, .precision = PRECISION_BFLOAT16, .needs = NEEDS_AMX, .own_gradients = true,
	.in_place_dy = true, .size = kernel_dense_size,
	.forward = {{"forward", DOMAIN_TILE, .takes = {WORK, X, KERNEL, BIAS, MAKES(Y), MAKES(SAVED)}, .tiles = OUTPUT_TILES}},
	.evaluate = {{"evaluate", DOMAIN_TILE, .takes = {WORK, X, KERNEL, BIAS, MAKES(Y)}, .tiles = OUTPUT_TILES}},
	.backward = {
		{"gradient", DOMAIN_SAMPLE, .takes = {WORK, FUSED_Y, SAVED, MAKES(DY)}, .only_if = FUSED},
		{"weights", DOMAIN_TILE, .takes = {WORK, X, DY, D_KERNEL, D_BIAS},
			.tiles = "dense_tiles({{in_size}}, dense_amx_weights_inputs({{in_size}}, work->thread_count)) * " COLUMN_TILES},
		{"data", DOMAIN_TILE, .takes = {WORK, DY, KERNEL, DX},
			.tiles = "dense_tiles(work->n, dense_amx_rows(work->n, " INPUT_TILES ", work->thread_count)) * " INPUT_TILES, .only_if = DX},
	},
};
