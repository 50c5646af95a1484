/* pack = the kernel's transpose in bfloat16, block by block; a tile is a block of up to BF16_COLUMNS of its columns */
NOINLINE void {{function}}({{parameters}})
{
	bf16_pack_transposed({{in_size}}, {{out_size}}, kernel, pack, tile);
}
