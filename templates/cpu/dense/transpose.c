/* pack = the kernel transposed, block by block; a tile is up to DENSE_COLUMNS of its rows */
NOINLINE void {{function}}(const real *restrict kernel, real *restrict pack, int tile)
{
	dense_transpose({{in_size}}, {{out_size}}, kernel, pack, tile);
}
