/* d_kernel[i][o] = sum over samples of x[i] * dy[o]{{#w1}}, d_bias[o] = sum of dy[o]{{/w1}}; a tile is OPENBLAS_INPUTS rows of up to
 * OPENBLAS_OUTPUTS outputs */
NOINLINE void {{function}}({{parameters}})
{
	rt_openblas_weights({{in_size}}, {{out_size}}, work->n, SAMPLE, x, dy, d_kernel, {{#w1}}d_bias{{/w1}}{{^w1}}NULL{{/w1}}, tile);
}
