/* pack = the kernel, block by block; a tile is DENSE_DEPTH of its rows */
NOINLINE void {{function}}(const real *restrict kernel, real *restrict pack, int tile)
{
	dense_pack_rows({{in_size}}, {{out_size}}, kernel, pack, tile);
}
