{{>cpu/winograd/activation.c}}

/* y[o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum over i of x[i] * kernel[i][o]{{#map}}){{/map}}{{#mask}}, dropped out; saved has a byte an
 * element, 4 where {{#gate}}the gradient passes{{/gate}}{{^gate}}it was kept{{/gate}}{{/mask}}. A tile is a thread's part of the batch, of up to
 * DENSE_COLUMNS outputs */
NOINLINE void {{function}}({{parameters}})
{
	const int width = dense_columns({{out_size}});
	SCRATCH(real, sums, SUMS, DENSE_SAMPLES * DENSE_COLUMNS);
	const struct dense_tile t = dense_forward({{in_size}}, {{out_size}}, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	{{>cpu/dense/outputs.c}}
}
