/* d_kernel[i][o] = sum over samples of bf16(x[i]) * bf16(dy[o]){{#w1}}, d_bias[o] = sum of dy[o]{{/w1}}; a tile is
 * dense_amx_weights_inputs rows of up to DENSE_AMX_COLUMNS outputs */
NOINLINE void {{function}}({{parameters}})
{
	dense_amx_weights({{in_size}}, {{out_size}}, work->n, work->thread_count, SAMPLE, x, dy, d_kernel, {{#w1}}d_bias{{/w1}}{{^w1}}NULL{{/w1}}, tile);
}
