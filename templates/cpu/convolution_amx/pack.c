/* pack = the kernel in bfloat16, in tiles of pairs; a tile is a row of taps */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/direct/shape.c}}
	amx_pack(s, tile, kernel, pack);
}
