{{>cpu/winograd/activation.c}}

/* y[o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum over i of bf16(x[i]) * bf16(kernel[i][o]){{#map}}){{/map}}{{#mask}}, dropped out; saved has a byte an
 * element, 4 where {{#gate}}the gradient passes{{/gate}}{{^gate}}it was kept{{/gate}}{{/mask}}. A tile is dense_amx_rows samples of up to
 * DENSE_AMX_COLUMNS outputs */
NOINLINE void {{function}}({{parameters}})
{
	const int width = DENSE_AMX_COLUMNS;
	SCRATCH(real, sums, SUMS, DENSE_AMX_SAMPLES * DENSE_AMX_COLUMNS);
	const struct dense_tile t = dense_amx_forward({{in_size}}, {{out_size}}, work->n, work->thread_count, SAMPLE, x, kernel, tile, (float *)sums);
	{{>cpu/dense/outputs.c}}
}
