{{>cpu/winograd/activation.c}}

/* As forward, without dropout. */
NOINLINE void {{function}}({{parameters}})
{
	const int width = DENSE_AMX_COLUMNS;
	SCRATCH(real, sums, SUMS, DENSE_AMX_SAMPLES * DENSE_AMX_COLUMNS);
	const struct dense_tile t = dense_amx_forward({{in_size}}, {{out_size}}, work->n, work->thread_count, SAMPLE, x, kernel, tile, (float *)sums);
	{{>cpu/dense/outputs_evaluate.c}}
}
