{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* From y{{#bytes}}, saved (see forward){{/bytes}} and dy of some samples, with dz = dy before {{#mask}}dropout, {{/mask}}activation:
 * d_kernel = G' (sum of B' x B * A dz A') G{{#w1}}, d_bias[o] += sum of dz{{/w1}}{{#dx0}}, dx {{assign0}} B (pack * A dz A') B'{{/dx0}} */
NOINLINE void {{function}}({{parameters}})
{
	enum { block = WINOGRAD_SLOT_BACKWARD };
	{{>cpu/winograd/shape.c}}
	const bool add = false;
	real *sums = scratch + winograd_size(TILE, block, IN_C) + winograd_size(TILE, block, OUT_C);
	{{>cpu/winograd/backward_body.c}}
	for (int c = 0; c < IN_C; c++)
		winograd_unpack(TILE, IN_C, OUT_C, c, 1, 0, sums, d_kernel);
	{{#w1}}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
	{{/w1}}
	{{^w1}}
	(void)bias_sum;
	{{/w1}}
}
