/* pack = the kernel with its taps reversed and its channels exchanged, in tiles of pairs, for dx; a tile is a row of taps */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/direct/shape.c}}
	amx_pack_data(s, tile, kernel, pack);
}
