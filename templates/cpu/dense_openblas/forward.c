/* y[o] = {{#w1}}bias[o] + {{/w1}}sum over i of x[i] * kernel[i][o]; a tile is OPENBLAS_ROWS samples of up to OPENBLAS_OUTPUTS
 * outputs */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict x, const real *restrict kernel{{#w1}},
	const real *restrict bias{{/w1}}, real *restrict y, int tile)
{
	rt_openblas_forward({{in_size}}, {{out_size}}, work->n, SAMPLE, x, kernel, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, y, tile);
}
