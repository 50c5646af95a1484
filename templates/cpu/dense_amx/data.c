/* dx[i] {{assign0}} sum over o of bf16(dy[o]) * bf16(kernel[i][o]); a tile is DENSE_AMX_ROWS samples of up to DENSE_AMX_COLUMNS inputs */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict dy, const real *restrict kernel, real *restrict dx, int tile)
{
	dense_amx_data({{in_size}}, {{out_size}}, work->n, SAMPLE, dy, kernel, dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}}, tile);
}
