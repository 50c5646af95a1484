/* y[o] = {{#w1}}bias[o] + {{/w1}}sum over i of bf16(x[i]) * bf16(kernel[i][o]); a tile is dense_amx_rows samples of up to DENSE_AMX_COLUMNS
 * outputs */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict x, const real *restrict kernel{{#w1}},
	const real *restrict bias{{/w1}}, real *restrict y, int tile)
{
	dense_amx_forward({{in_size}}, {{out_size}}, work->n, work->thread_count, SAMPLE, x, kernel, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, y, tile);
}
