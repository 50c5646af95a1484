/* d_kernel = sum over slots of sums{{#w1}}, d_bias likewise{{/w1}}; a tile is a tap */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict sums, const real *restrict bias_sums, real *restrict d_kernel{{#w1}},
	real *restrict d_bias{{/w1}}, int tile)
{
	{{>cpu/direct/shape.c}}
	const int slots = rt_slot_count(work->n);

	amx_unpack(s, tile, slots, SLOT, sums, d_kernel);
	{{>cpu/winograd/finish_bias.c}}
}
