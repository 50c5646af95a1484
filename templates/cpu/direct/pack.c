/* pack = the kernel, packed over [kh][kw][i]; a tile is a tap */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/direct/shape.c}}

	direct_pack(s, tile, kernel, pack);
}
