/* pack = kernel, input channels innermost, for dx; a tile is a tap */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/winograd_sparse/shape.c}}
	sparse_pack(s, tile, kernel, pack);
}
