/* pack = the kernel with its channels exchanged, for dx; a tile is a tap */
NOINLINE void {{function}}(const real *restrict kernel, real *restrict pack, int tile)
{
	{{>cpu/direct/shape.c}}

	direct_pack_data(s, tile, kernel, pack);
}
