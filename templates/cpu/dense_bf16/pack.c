/* pack = the kernel in bfloat16, block by block, for products over its rows; a tile is a block of up to BF16_COLUMNS columns */
NOINLINE void {{function}}({{parameters}})
{
	bf16_pack({{in_size}}, {{out_size}}, kernel, pack, tile);
}
