/* dx[i] {{assign0}} sum over o of bf16(dy[o]) * bf16(kernel[i][o]), pack being the kernel's transpose in bfloat16; a tile is
 * BF16_ROWS samples of some BF16_COLUMNS inputs */
NOINLINE void {{function}}({{parameters}})
{
	bf16_data({{in_size}}, {{out_size}}, work->n, SAMPLE, dy, pack, dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}}, tile);
}
