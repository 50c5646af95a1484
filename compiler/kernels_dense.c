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
	.covers = kernel_covers_dense, .cost = 0.1, .own_gradients = true, .in_place_dy = true, .size = kernel_dense_size,
	.forward = {{"forward", DOMAIN_TILE, .takes = {WORK, X, KERNEL, BIAS, MAKES(Y), MAKES(SAVED)}, .tiles = OUTPUT_TILES}},
	.evaluate = {{"evaluate", DOMAIN_TILE, .takes = {WORK, X, KERNEL, BIAS, MAKES(Y)}, .tiles = OUTPUT_TILES}},
	.backward = {
		{"gradient", DOMAIN_SAMPLE, .takes = {WORK, FUSED_Y, SAVED, MAKES(DY)}, .only_if = FUSED},
		{"weights", DOMAIN_TILE, .takes = {WORK, X, DY, D_KERNEL, D_BIAS},
			.tiles = "dense_tiles({{in_size}}, dense_weights_inputs({{in_size}}, work->thread_count)) * " COLUMN_TILES},
		{"data", DOMAIN_TILE, .takes = {WORK, DY, KERNEL, DX},
			.tiles = "dense_tiles(work->n, dense_rows(work->n, " INPUT_TILES ", work->thread_count)) * " INPUT_TILES, .only_if = DX},
	},
};

#define OPENBLAS_TILES "dense_tiles(work->n, OPENBLAS_ROWS) * dense_tiles({{out_size}}, OPENBLAS_OUTPUTS)"

/* Beside dense only where it is asked for: then before it, for what was measured (docs/performance.md). */
const struct kernel dense_openblas = {
	.name = "dense_openblas", .summary = "matrix product over the batch by OpenBLAS, in tiles, with activation and dropout",
	.covers = kernel_covers_dense, .cost = 0.09, .own_gradients = true, .needs = NEEDS_OPENBLAS, .in_place_dy = true,
	.size = kernel_dense_size,
	.forward = {{"forward", DOMAIN_TILE, .takes = {WORK, X, KERNEL, BIAS, MAKES(Y), MAKES(SAVED)}, .tiles = OPENBLAS_TILES}},
	.evaluate = {{"evaluate", DOMAIN_TILE, .takes = {WORK, X, KERNEL, BIAS, MAKES(Y)}, .tiles = OPENBLAS_TILES}},
	.backward = {
		{"gradient", DOMAIN_SAMPLE, .takes = {WORK, FUSED_Y, SAVED, MAKES(DY)}, .only_if = FUSED},
		{"weights", DOMAIN_TILE, .takes = {WORK, X, DY, D_KERNEL, D_BIAS},
			.tiles = "dense_tiles({{in_size}}, OPENBLAS_INPUTS) * dense_tiles({{out_size}}, OPENBLAS_OUTPUTS)"},
		{"data", DOMAIN_TILE, .takes = {WORK, DY, KERNEL, DX},
			.tiles = "dense_tiles(work->n, OPENBLAS_ROWS) * dense_tiles({{in_size}}, OPENBLAS_COLUMNS)", .only_if = DX},
	},
};
