/* dx[i] {{assign0}} sum over o of bf16(dy[o]) * bf16(kernel[i][o]); a tile is dense_amx_rows samples of
 * dense_amx_data_inputs inputs */
NOINLINE void {{function}}({{parameters}})
{
	dense_amx_data({{in_size}}, {{out_size}}, work->n, work->thread_count, SAMPLE, dy, kernel, dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}}, tile);
}
