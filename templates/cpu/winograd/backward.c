{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* From y{{#bytes}}, saved (see forward){{/bytes}} and dy, with dz = dy before {{#mask}}dropout, {{/mask}}activation:
 * sums[point][i][padded o] += B' x B * A dz A'{{#w1}}, d_bias[o] += sum of dz{{/w1}}{{#dx0}}, dx {{assign0}} B (pack * A dz A') B'{{/dx0}} */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict x,
	{{#n0}}const real *restrict before, {{/n0}}const real *restrict pack, const real *restrict y,
	{{#bytes}}const real *restrict saved, {{/bytes}}const real *restrict dy,
	{{#np}}const real *restrict behind, const real *restrict total, {{/np}}{{#dx0}}real *restrict dx, {{/dx0}}real *restrict sums, real *restrict d_bias,
	real *restrict scratch)
{
	enum { samples = 1 };
	{{>cpu/winograd/shape.c}}
	const int block = winograd_block(s, WINOGRAD_BACKWARD);
	const bool add = true;
	{{>cpu/winograd/backward_body.c}}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
}
