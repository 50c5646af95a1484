/* d_kernel[i][o] = sum over samples of x[i] * dy[o]{{#w1}}, d_bias[o] = sum of dy[o]{{/w1}}; a tile is dense_weights_inputs rows of up
 * to DENSE_COLUMNS outputs */
NOINLINE void {{function}}({{parameters}})
{
	dense_weights({{in_size}}, {{out_size}}, work->n, work->thread_count, SAMPLE, x, dy, d_kernel, {{#w1}}d_bias{{/w1}}{{^w1}}NULL{{/w1}}, tile);
}
