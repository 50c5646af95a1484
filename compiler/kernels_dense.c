/* Dense layers: matrix products over the whole batch, in tiles, by kernels of our own and by OpenBLAS. */
#include "kernel.h"

/* With activation and dropout */
int kernel_covers_dense(const struct op *const *ops, int n)
{
	int covered = 1;
	if (ops[0]->type != &op_dense)
		return 0;
	if (covered < n && ops[covered]->type == &op_map)
		covered++;
	if (covered < n && ops[covered]->type == &op_mask)
		covered++;
	return covered;
}

void kernel_dense_size(const struct group *g, struct buffers *b)
{
	const long bytes = shape_count(g->out->shape), real = (long)sizeof(float);
	b->saved[0] = kernel_saves_bytes(g) ? (bytes + real - 1) / real : 0;
}

#define COLUMN_TILES "dense_tiles({{out_size}}, dense_columns({{out_size}}))"
#define OUTPUT_TILES "dense_tiles(work->n, dense_rows(work->n, " COLUMN_TILES ", work->thread_count)) * " COLUMN_TILES
#define INPUT_TILES "dense_tiles({{in_size}}, dense_data_inputs({{in_size}}, work->thread_count))"

const struct kernel dense = {
	.name = "dense", .summary = "matrix product over the batch, in tiles, that leaves zeros out, with activation and dropout",
	.covers = kernel_covers_dense, .cost = 0.1, .own_gradients = true, .changes_gradient = true, .size = kernel_dense_size,
	.forward = {{"forward", DOMAIN_TILE, "work x0 w0 w1 y s0", OUTPUT_TILES, NULL}},
	.evaluate = {{"evaluate", DOMAIN_TILE, "work x0 w0 w1 y", OUTPUT_TILES, NULL}},
	.backward = {
		{"gradient", DOMAIN_SAMPLE, "work ymap s0 dy", NULL, "map"},
		{"weights", DOMAIN_TILE, "work x0 dy dw0 dw1",
			"dense_tiles({{in_size}}, dense_weights_inputs({{in_size}}, work->thread_count)) * " COLUMN_TILES, NULL},
		{"data", DOMAIN_TILE, "work dy w0 dx0",
			"dense_tiles(work->n, dense_rows(work->n, " INPUT_TILES ", work->thread_count)) * " INPUT_TILES, "dx0"},
	},
};

#define OPENBLAS_TILES "dense_tiles(work->n, OPENBLAS_ROWS) * dense_tiles({{out_size}}, OPENBLAS_OUTPUTS)"

/* Beside dense only where it is asked for: then before it, for what was measured (docs/performance.md). */
const struct kernel dense_openblas = {
	.name = "dense_openblas", .summary = "matrix product over the batch by OpenBLAS, in tiles, with activation and dropout",
	.covers = kernel_covers_dense, .cost = 0.09, .own_gradients = true, .openblas = true, .changes_gradient = true,
	.size = kernel_dense_size,
	.forward = {{"forward", DOMAIN_TILE, "work x0 w0 w1 y s0", OPENBLAS_TILES, NULL}},
	.evaluate = {{"evaluate", DOMAIN_TILE, "work x0 w0 w1 y", OPENBLAS_TILES, NULL}},
	.backward = {
		{"gradient", DOMAIN_SAMPLE, "work ymap s0 dy", NULL, "map"},
		{"weights", DOMAIN_TILE, "work x0 dy dw0 dw1",
			"dense_tiles({{in_size}}, OPENBLAS_INPUTS) * dense_tiles({{out_size}}, OPENBLAS_OUTPUTS)", NULL},
		{"data", DOMAIN_TILE, "work dy w0 dx0",
			"dense_tiles(work->n, OPENBLAS_ROWS) * dense_tiles({{in_size}}, OPENBLAS_COLUMNS)", "dx0"},
	},
};
