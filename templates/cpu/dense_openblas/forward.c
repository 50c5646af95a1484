{{>cpu/winograd/activation.c}}

/* y[o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum over i of x[i] * kernel[i][o]{{#map}}){{/map}}{{#mask}}, dropped out; saved has a byte an
 * element, 4 where {{#gate}}the gradient passes{{/gate}}{{^gate}}it was kept{{/gate}}{{/mask}}. A tile is OPENBLAS_ROWS samples of up to
 * OPENBLAS_OUTPUTS outputs */
NOINLINE void {{function}}({{parameters}})
{
	const int width = OPENBLAS_OUTPUTS;
	SCRATCH(real, sums, SUMS, OPENBLAS_ROWS * OPENBLAS_OUTPUTS);
	const struct dense_tile t = dense_tile({{out_size}}, width, work->n, OPENBLAS_ROWS, tile);

	rt_openblas_forward({{in_size}}, {{out_size}}, work->n, SAMPLE, x, kernel, tile, sums);
	{{>cpu/dense/outputs.c}}
}
