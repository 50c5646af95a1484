/* Dense layers: matrix products over the whole batch, in tiles. */
#include "kernel.h"

enum { COLUMNS = 64, DEPTH = 128 };     /* DENSE_COLUMNS and DENSE_DEPTH of runtime/cpu/dense.h */

static int covers(const struct op *const *ops, int n)
{
	return n > 0 && ops[0]->type == &op_dense;
}

static void size(const struct group *g, struct buffers *b)
{
	long in = shape_count(g->ops[0]->in[0]->shape), out = shape_count(g->out->shape);
	b->packs[0] = (in + COLUMNS - 1) / COLUMNS * COLUMNS * ((out + DEPTH - 1) / DEPTH * DEPTH);
}

const struct kernel dense = {
	.name = "dense", .summary = "matrix product over the batch, in tiles", .covers = covers, .cost = 0.1,
	.own_gradients = true, .size = size,
	.forward = {
		{"forward", DOMAIN_TILE, "work x0 w0 w1 y",
			"dense_tiles(work->n, DENSE_ROWS) * dense_tiles({{out_size}}, dense_columns({{out_size}}))", NULL},
	},
	.backward = {
		{"weights", DOMAIN_TILE, "work x0 dy dw0 dw1",
			"dense_tiles({{in_size}}, DENSE_INPUTS) * dense_tiles({{out_size}}, dense_columns({{out_size}}))", NULL},
		{"transpose", DOMAIN_TILE, "w0 p0", "dense_tiles({{in_size}}, dense_columns({{in_size}}))", "dx0"},
		{"data", DOMAIN_TILE, "work dy p0 dx0",
			"dense_tiles(work->n, DENSE_ROWS) * dense_tiles({{in_size}}, DENSE_GROUP * dense_columns({{in_size}}))", "dx0"},
	},
};
