/* y[o] = {{#w1}}bias[o] + {{/w1}}sum over i of x[i] * kernel[i][o], pack being the kernel; a tile is DENSE_ROWS samples of up to
 * DENSE_OUTPUTS outputs */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict x, const real *restrict pack{{#w1}},
	const real *restrict bias{{/w1}}, real *restrict y, int tile)
{
	dense_forward({{in_size}}, {{out_size}}, work->n, SAMPLE, x, pack, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, y, tile);
}
