/* Batch normalization of rows of channels, with activation, in vectors of channels; or, in evaluation, in the weights before. */
#include "kernel.h"

enum { PACK_ROWS = 4 };                /* NORMALISE_ROWS of the runtime's normalise.h */

static int covers(const struct op *const *ops, int n)
{
	if (ops[0]->type != &op_normalise || ops[0]->attributes[SLICE_INNER] != 1)
		return 0;
	return n > 1 && ops[1]->type == &op_map ? 2 : 1;
}

void kernel_normalise_size(const struct group *g, struct buffers *b)
{
	const long length = g->ops[0]->attributes[SLICE_LENGTH];
	b->sums[0] = b->sums[1] = b->packs[0] = b->packs[1] = b->scratch[0] = 2 * length;
	b->packs[2] = b->packs[3] = length;
}

static bool always(const struct group *g)
{
	(void)g;
	return true;
}

static void size(const struct group *g, struct buffers *b)
{
	kernel_normalise_size(g, b);
	b->packs[0] = PACK_ROWS * g->ops[0]->attributes[SLICE_LENGTH];
}

const struct kernel normalise = {
	.name = "normalise", .summary = "batch normalization in vectors of channels, with activation", .covers = covers, .cost = 0.2,
	.own_gradients = true, .recomputes = always, .in_place_dy = true, .left_to_neighbours = true, .size = size,
	.forward = {
		{"statistics", DOMAIN_SAMPLE, .takes = {X, MAKES(MOMENTS), SLOT_INDEX}, .replaced_by = NORM_STATISTICS},
		{"mean", DOMAIN_TILE, .takes = {WORK, SUMS, SHARE(MEAN)}},
		{"variance", DOMAIN_TILE, .takes = {WORK, SUMS, MEAN, SHARE(VARIANCE)}},
		{"finish", DOMAIN_TILE, .takes = {WORK, MEAN, VARIANCE, GAMMA, BETA, MAKES(MOVING_MEAN), MAKES(MOVING_VARIANCE), MAKES(PACK)}},
		{"forward", DOMAIN_SAMPLE, .takes = {X, PACK, MAKES(Y)}, .replaced_by = NORM_IN},
	},
	.backward = {
		{"sums", DOMAIN_SAMPLE, .takes = {X, MAKES(DY), PACK, MAKES(GRADIENT_SUMS)}},
		{"gradients", DOMAIN_TILE, .takes = {WORK, GRADIENT_SUMS, SHARE(TOTAL), D_GAMMA, D_BETA}},
		{"data", DOMAIN_SAMPLE, .takes = {WORK, X, DY, PACK, TOTAL, DX}, .only_if = DX, .replaced_by = NORM_GRADIENT},
	},
	.prepare = {{"fold", DOMAIN_TILE, .takes = {GAMMA, BETA, MOVING_MEAN, MOVING_VARIANCE, MAKES(PACK)}}},
	.evaluate = {{"forward", DOMAIN_SAMPLE, .takes = {X, PACK, MAKES(Y)}}},
};

/* parameters: kernel and bias of what is before, then its own */
static void size_folded(const struct group *g, struct buffers *b)
{
	b->packs[0] = g->parameters[0]->count;
	b->packs[1] = g->ops[0]->attributes[SLICE_LENGTH];
}

const struct kernel fold = {
	.name = "fold", .summary = "weights with the batch normalization behind them, by the moving averages", .size = size_folded,
	.prepare = {
		{"fold", DOMAIN_TILE, .takes = {KERNEL, BIAS, NEXT_GAMMA, NEXT_BETA, NEXT_MEAN, NEXT_VARIANCE,
			MAKES(FOLDED_KERNEL), MAKES(FOLDED_BIAS)}},
	},
};
