/* pack = the kernel in bfloat16, in tiles of pairs; a tile is a row of taps */
NOINLINE void {{function}}(const real *restrict kernel, real *restrict pack, int tile)
{
	{{>cpu/direct/shape.c}}
	amx_pack(s, tile, kernel, pack);
}
