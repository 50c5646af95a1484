/* pack[point][out x in, packed] = G kernel G', for dx; a tile is an output channel */
NOINLINE void {{function}}({{parameters}})
{
	winograd_pack_transposed({{tile}}, {{in_c}}, {{out_c}}, tile, kernel, pack);
}
