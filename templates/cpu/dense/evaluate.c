{{>cpu/winograd/activation.c}}

/* As forward, without dropout. */
NOINLINE void {{function}}({{parameters}})
{
	const int width = dense_columns({{out_size}});
	SCRATCH(real, sums, SUMS, DENSE_SAMPLES * DENSE_COLUMNS);
	const struct dense_tile t = dense_forward({{in_size}}, {{out_size}}, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	{{>cpu/dense/outputs_evaluate.c}}
}
