/* y[o] = {{#w1}}bias[o] + {{/w1}}sum over i of bf16(x[i]) * bf16(kernel[i][o]), pack being the kernel in bfloat16; a tile is
 * BF16_ROWS samples of up to BF16_COLUMNS outputs */
NOINLINE void {{function}}({{parameters}})
{
	bf16_forward({{in_size}}, {{out_size}}, work->n, SAMPLE, x, pack, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, y, tile);
}
