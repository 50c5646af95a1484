/* Dense layers with operands in bfloat16 and float32 sums: matrix products over the whole batch, in tiles. */
#include "kernel.h"

/* BF16_COLUMNS at most, in whole vectors of any machine, and BF16_DEPTH of runtime/cpu/dense_bf16.h */
enum { COLUMNS = 128, VECTOR = 16, DEPTH = 128 };

static int covers(const struct op *const *ops, int n)
{
	return n > 0 && ops[0]->type == &op_dense;
}

static long parts(long n, long of)
{
	return (n + of - 1) / of;
}

/* Two operands take the place of a real. */
static long pack_size(long depth, long columns)
{
	long tiles = parts(columns, COLUMNS), width = parts(parts(columns, tiles), VECTOR) * VECTOR;
	return tiles * width * parts(depth, DEPTH) * (DEPTH / 2);
}

static void size(const struct group *g, struct buffers *b)
{
	long in = shape_count(g->ops[0]->in[0]->shape), out = shape_count(g->out->shape);
	b->packs[0] = pack_size(in, out);
	b->packs[1] = pack_size(out, in);
}

const struct kernel dense_bf16 = {
	.name = "dense_bf16", .summary = "matrix product of bfloat16 operands over the batch, in tiles", .covers = covers,
	.cost = 0.1, .precision = PRECISION_BFLOAT16, .own_gradients = true, .size = size,
	.pack = {
		{"pack", DOMAIN_TILE, .takes = {KERNEL, MAKES(PACK)}, .tiles = "bf16_packs({{in_size}}, {{out_size}})"},
	},
	.forward = {
		{"forward", DOMAIN_TILE, .takes = {WORK, X, PACK, BIAS, MAKES(Y)},
			.tiles = "dense_tiles(work->n, BF16_ROWS) * dense_tiles({{out_size}}, bf16_columns({{out_size}}))"},
	},
	.backward = {
		{"weights", DOMAIN_TILE, .takes = {WORK, X, DY, D_KERNEL, D_BIAS},
			.tiles = "dense_tiles({{in_size}}, BF16_INPUTS) * dense_tiles({{out_size}}, bf16_columns({{out_size}}))"},
		{"transpose", DOMAIN_TILE, .takes = {KERNEL, MAKES(BACKWARD_PACK)},
			.tiles = "bf16_packs({{out_size}}, {{in_size}})", .only_if = DX},
		{"data", DOMAIN_TILE, .takes = {WORK, DY, BACKWARD_PACK, DX},
			.tiles = "dense_tiles(work->n, BF16_ROWS) * dense_tiles({{in_size}}, BF16_GROUP * bf16_columns({{in_size}}))", .only_if = DX},
	},
};

const struct kernel dense_bf16_reference = {
	.name = "dense_bf16_reference", .summary = "matrix product of bfloat16 operands by its definition", .covers = covers,
	.cost = 1, .precision = PRECISION_BFLOAT16, .reference = true, .own_gradients = true,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, KERNEL, BIAS, MAKES(Y)}}},
	.backward = {
		{"weights", DOMAIN_TILE, .takes = {WORK, X, DY, D_KERNEL, D_BIAS}, .tiles = "({{in_size}} + 63) / 64"},
		{"data", DOMAIN_SAMPLE, .takes = {DY, KERNEL, DX}, .only_if = DX},
	},
};
