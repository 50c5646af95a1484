{{>cpu/winograd/gradient.c}}

/* From y, saved (see forward) and dy, with dz = dy before {{#mask}}dropout, {{/mask}}activation:
 * sums[point][i][padded o] += B' x B * A dz A'{{#w1}}, d_bias[o] += sum of dz{{/w1}}{{#dx0}}, dx {{assign0}} B (pack * A dz A') B'{{/dx0}} */
static void {{function}}(const struct rt_work *work, const real *restrict x, const real *restrict pack, const real *restrict y,
	const real *restrict saved, const real *restrict dy, {{#dx0}}real *restrict dx, {{/dx0}}real *restrict sums, real *restrict d_bias,
	real *restrict scratch)
{
{{>cpu/winograd/shape.c}}
	const int tiles = winograd_tiles(s), block = winograd_block(s, 36), rest = tiles % block;
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	real *v = scratch, *m = v + winograd_size(block, IN_C);
	vec bias_sum[(OUT_C + LANES - 1) / LANES] = {0};
	{{#mask}}
	const double rate = {{rate}};
	const vec kept = vec_broadcast((real)(1 - rate)), scale = vec_broadcast((real)(1 / (1 - rate)));
	{{/mask}}

	(void)work;
	(void)bytes;
	{{^dx0}}
	(void)pack;
	{{/dx0}}
	{{#first0}}
	{{#dx0}}
	memset(dx, 0, sizeof *dx * IN_H * IN_W * IN_C);
	{{/dx0}}
	{{/first0}}
	for (int first = 0; first < tiles; first += block) {
		const int n = first + block <= tiles ? block : rest;
		for (int t = 0; t < n; t++)
			for (int c = 0; c < OUT_C; c += LANES) {
				vec dz[4][4] = {0};
				UNROLL for (int k = 0; k < 16; k++) {
					const ptrdiff_t at = winograd_place(s, first + t, k / 4, k % 4);
					if (at < 0)
						continue;
					vec out = vec_load_channels(y + at, c, OUT_C), d = vec_load_channels(dy + at, c, OUT_C);
					{{#mask}}
					d = (vec)((vec_mask)(d * scale) & (vec_mask)((vec_load_bytes(bytes + at, c, OUT_C) & 4) != 0));
					out *= kept;
					{{/mask}}
					dz[k / 4][k % 4] = {{function}}_activation(out, d);
					bias_sum[c / LANES] += dz[k / 4][k % 4];
				}
				winograd_tile_adjoint(dz, m + t * padded(OUT_C) + c, winograd_point(block, OUT_C));
			}
		winograd_inputs(s, x, first, n, block, v);
		if (n == block)
			winograd_gradients(IN_C, OUT_C, block, block, v, m, {{#dx0}}pack{{/dx0}}{{^dx0}}NULL{{/dx0}}, sums);
		else
			winograd_gradients(IN_C, OUT_C, rest, block, v, m, {{#dx0}}pack{{/dx0}}{{^dx0}}NULL{{/dx0}}, sums);
		{{#dx0}}
		winograd_inputs_adjoint(s, v, first, n, block, dx);
		{{/dx0}}
	}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
}
