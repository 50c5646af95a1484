/* Dense layers: matrix products over the whole batch, in tiles, by kernels of our own and by OpenBLAS. */
#include "kernel.h"

/* DENSE_OUTPUTS (or whole vectors, of any machine), DENSE_COLUMNS and DENSE_DEPTH of runtime/cpu/dense.h */
enum { OUTPUTS = 128, VECTOR = 16, COLUMNS = 64, DEPTH = 128 };

static long whole(long n, long of)
{
	return (n + of - 1) / of * of;
}

static int covers(const struct op *const *ops, int n)
{
	return n > 0 && ops[0]->type == &op_dense;
}

static void size(const struct group *g, struct buffers *b)
{
	long in = shape_count(g->ops[0]->in[0]->shape), out = shape_count(g->out->shape);
	b->packs[0] = whole(in, DEPTH) * whole(out, out < OUTPUTS ? VECTOR : OUTPUTS);
	b->packs[1] = whole(in, COLUMNS) * whole(out, DEPTH);
}

const struct kernel dense = {
	.name = "dense", .summary = "matrix product over the batch, in tiles", .covers = covers, .cost = 0.1,
	.own_gradients = true, .size = size,
	.pack = {{"pack", DOMAIN_TILE, "w0 p0", "dense_tiles({{in_size}}, DENSE_DEPTH)", NULL}},
	.forward = {
		{"forward", DOMAIN_TILE, "work x0 p0 w1 y",
			"dense_tiles(work->n, DENSE_ROWS) * dense_tiles({{out_size}}, dense_outputs({{out_size}}))", NULL},
	},
	.backward = {
		{"weights", DOMAIN_TILE, "work x0 dy dw0 dw1",
			"dense_tiles({{in_size}}, DENSE_INPUTS) * dense_tiles({{out_size}}, dense_columns({{out_size}}))", NULL},
		{"transpose", DOMAIN_TILE, "w0 p1", "dense_tiles({{in_size}}, dense_columns({{in_size}}))", "dx0"},
		{"data", DOMAIN_TILE, "work dy p1 dx0",
			"dense_tiles(work->n, DENSE_ROWS) * dense_tiles({{in_size}}, DENSE_GROUP * dense_columns({{in_size}}))", "dx0"},
	},
};

/* Beside dense only where it is asked for: then before it, for what was measured (docs/performance.md). */
const struct kernel dense_openblas = {
	.name = "dense_openblas", .summary = "matrix product over the batch by OpenBLAS, in tiles", .covers = covers, .cost = 0.09,
	.own_gradients = true, .openblas = true,
	.forward = {
		{"forward", DOMAIN_TILE, "work x0 w0 w1 y",
			"dense_tiles(work->n, OPENBLAS_ROWS) * dense_tiles({{out_size}}, OPENBLAS_OUTPUTS)", NULL},
	},
	.backward = {
		{"weights", DOMAIN_TILE, "work x0 dy dw0 dw1",
			"dense_tiles({{in_size}}, OPENBLAS_INPUTS) * dense_tiles({{out_size}}, OPENBLAS_OUTPUTS)", NULL},
		{"data", DOMAIN_TILE, "work dy w0 dx0",
			"dense_tiles(work->n, OPENBLAS_ROWS) * dense_tiles({{in_size}}, OPENBLAS_COLUMNS)", "dx0"},
	},
};
