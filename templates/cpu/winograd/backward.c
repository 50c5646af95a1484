{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* From y{{#bytes}}, saved (see forward){{/bytes}} and dy, with dz = dy before {{#mask}}dropout, {{/mask}}activation:
 * sums[point][i][padded o] += B' x B * A dz A'{{#w1}}, bias_sums[o] += sum of dz{{/w1}}{{#dx0}}, dx {{assign0}} B (pack * A dz A') B'{{/dx0}} */
NOINLINE void {{function}}({{parameters}})
{
	enum { samples = 1 };
	{{>cpu/winograd/shape.c}}
	const int block = winograd_block(s, WINOGRAD_BACKWARD);
	const bool add = true;
	{{>cpu/winograd/backward_body.c}}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(bias_sums, vec_load_channels(bias_sums, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
}
