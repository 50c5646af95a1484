/* dx[i] {{assign0}} sum over o of dy[o] * kernel[i][o], pack being the kernel transposed; a tile is DENSE_ROWS samples of some
 * DENSE_COLUMNS inputs */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict dy, const real *restrict pack, real *restrict dx, int tile)
{
	dense_data({{in_size}}, {{out_size}}, work->n, SAMPLE, dy, pack, dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}}, tile);
}
