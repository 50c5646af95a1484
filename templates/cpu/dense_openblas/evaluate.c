{{>cpu/winograd/activation.c}}

/* As forward, without dropout. */
NOINLINE void {{function}}({{parameters}})
{
	const int width = OPENBLAS_OUTPUTS;
	SCRATCH(real, sums, SUMS, OPENBLAS_ROWS * OPENBLAS_OUTPUTS);
	const struct dense_tile t = dense_tile({{out_size}}, width, work->n, OPENBLAS_ROWS, tile);

	rt_openblas_forward({{in_size}}, {{out_size}}, work->n, SAMPLE, x, kernel, tile, sums);
	{{>cpu/dense/outputs_evaluate.c}}
}
