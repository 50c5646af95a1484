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
	.own_gradients = true, .made_again = always, .changes_gradient = true, .left_to_neighbours = true, .size = size,
	.forward = {
		{"statistics", DOMAIN_SAMPLE, "x0 k0 j", NULL, NULL},
		{"mean", DOMAIN_TILE, "work k0 +p2", NULL, NULL},
		{"variance", DOMAIN_TILE, "work k0 p2 +p3", NULL, NULL},
		{"finish", DOMAIN_TILE, "work p2 p3 w0 w1 w2 w3 p0", NULL, NULL},
		{"forward", DOMAIN_SAMPLE, "x0 p0 y", NULL, NULL},
	},
	.backward = {
		{"sums", DOMAIN_SAMPLE, "x0 dy p0 k1", NULL, NULL},
		{"gradients", DOMAIN_TILE, "work k1 +p1 dw0 dw1", NULL, NULL},
		{"data", DOMAIN_SAMPLE, "work x0 dy p0 p1 dx0", NULL, "dx0"},
	},
	.prepare = {{"fold", DOMAIN_TILE, "w0 w1 w2 w3 p0", NULL, NULL}},
	.evaluate = {{"forward", DOMAIN_SAMPLE, "x0 p0 y", NULL, NULL}},
};

/* parameters: kernel and bias of what is before, then its own */
static void size_folded(const struct group *g, struct buffers *b)
{
	b->packs[0] = g->parameters[0]->count;
	b->packs[1] = g->ops[0]->attributes[SLICE_LENGTH];
}

const struct kernel fold = {
	.name = "fold", .summary = "weights with the batch normalization behind them, by the moving averages", .size = size_folded,
	.prepare = {{"fold", DOMAIN_TILE, "w0 w1 w2 w3 w4 w5 p0 p1", NULL, NULL}},
};
