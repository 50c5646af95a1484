/* pack[point][in x out, packed] = G kernel G'; a tile is an input channel */
NOINLINE void {{function}}({{parameters}})
{
	winograd_pack({{tile}}, {{in_c}}, {{out_c}}, tile, kernel, pack);
}
