/* dx[i] {{assign0}} sum over o of dy[o] * kernel[i][o]; a tile is OPENBLAS_ROWS samples of up to OPENBLAS_COLUMNS inputs */
NOINLINE void {{function}}({{parameters}})
{
	rt_openblas_data({{in_size}}, {{out_size}}, work->n, SAMPLE, dy, kernel, dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}}, tile);
}
