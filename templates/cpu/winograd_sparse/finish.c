/* d_kernel = sum over slots of sums{{#w1}}, d_bias likewise{{/w1}}; a tile is a tap */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/winograd_sparse/shape.c}}
	const int slots = rt_slot_count(work->n);

	sparse_unpack(s, tile, slots, SLOT, sums, d_kernel);
	{{>cpu/winograd/finish_bias.c}}
}
