/* d_kernel = G' (sum over slots of sums) G{{#w1}}, d_bias likewise without G{{/w1}}; a tile is an input channel */
NOINLINE void {{function}}({{parameters}})
{
	enum { OUT_C = {{out_c}} };
	const int slots = rt_slot_count(work->n);

	winograd_unpack({{tile}}, {{in_c}}, OUT_C, tile, slots, SLOT, sums, d_kernel);
	{{>cpu/winograd/finish_bias.c}}
}
