/* Dense layers: matrix products over the whole batch, in tiles, by kernels of our own and by OpenBLAS. */
#include "kernel.h"

static int covers(const struct op *const *ops, int n)
{
	return n > 0 && ops[0]->type == &op_dense;
}

#define COLUMN_TILES "dense_tiles({{out_size}}, dense_columns({{out_size}}))"

const struct kernel dense = {
	.name = "dense", .summary = "matrix product over the batch, in tiles, that leaves zeros out", .covers = covers, .cost = 0.1,
	.own_gradients = true,
	.forward = {
		{"forward", DOMAIN_TILE, "work x0 w0 w1 y",
			"dense_tiles(work->n, dense_rows(work->n, " COLUMN_TILES ", work->thread_count)) * " COLUMN_TILES, NULL},
	},
	.backward = {
		{"weights", DOMAIN_TILE, "work x0 dy dw0 dw1",
			"dense_tiles({{in_size}}, DENSE_ROWS) * " COLUMN_TILES, NULL},
		{"data", DOMAIN_TILE, "work dy w0 dx0",
			"dense_tiles(work->n, DENSE_ROWS) * dense_tiles({{in_size}}, dense_columns({{in_size}}))", "dx0"},
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
