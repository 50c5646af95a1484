/* pack = the kernel with its channels exchanged, for dx; a tile is a tap */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/direct/shape.c}}

	direct_pack_data(s, tile, kernel, pack);
}
