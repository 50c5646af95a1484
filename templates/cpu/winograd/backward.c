{{>cpu/winograd/gradient.c}}

/* From y, saved (see forward) and dy, with dz = dy before {{#mask}}dropout, {{/mask}}{{#max_pool}}pooling, {{/max_pool}}activation:
 * sums[point][i][padded o] += B' x B * A dz A'{{#w1}}, d_bias[o] += sum of dz{{/w1}}{{#dx0}}, dx {{assign0}} B (pack * A dz A') B'{{/dx0}} */
static void {{function}}(const struct rt_work *work, const real *restrict x, const real *restrict pack, const real *restrict y,
	const real *restrict saved, const real *restrict dy, {{#dx0}}real *restrict dx, {{/dx0}}real *restrict sums, real *restrict d_bias,
	real *restrict scratch)
{
{{>cpu/winograd/shape.c}}
	const int tiles = winograd_tiles(s), block = winograd_block(s, 36), rest = tiles % block;
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	real *v = scratch, *m = v + winograd_inputs_size(s, block);
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
				UNROLL for (int k = 0; k < 16 / POOL / POOL; k++) {
					const int i = k * POOL / 4 * POOL, j = k * POOL % 4;
					const ptrdiff_t at = winograd_place(s, first + t, i / POOL, j / POOL);
					if (at < 0)
						continue;
					vec out = vec_load_channels(y + at, c, OUT_C), d = vec_load_channels(dy + at, c, OUT_C);
					{{#mask}}
					vec_mask which = vec_load_bytes(bytes + at, c, OUT_C);
					d = (vec)((vec_mask)(d * scale) & (vec_mask)((which & 4) != 0));
					d = {{function}}_activation(out * kept, d);
					{{/mask}}
					{{^mask}}
					d = {{function}}_activation(out, d);
					{{/mask}}
					bias_sum[c / LANES] += d;
					{{#max_pool}}
					{{^mask}}
					vec_mask which = vec_load_bytes(bytes + at, c, OUT_C);
					{{/mask}}
					UNROLL for (int w = 0; w < 4; w++)
						dz[i + w / 2][j + w % 2] = (vec)((vec_mask)d & (vec_mask)((which & 3) == w));
					{{/max_pool}}
					{{^max_pool}}
					dz[i][j] = d;
					{{/max_pool}}
				}
				winograd_tile_adjoint(dz, m + t * padded(OUT_C) + c, block * padded(OUT_C));
			}
		winograd_inputs(s, x, first, n, block, v);
		if (n == block)
			winograd_weights(IN_C, OUT_C, block, block, v, m, sums);
		else
			winograd_weights(IN_C, OUT_C, rest, block, v, m, sums);
		{{#dx0}}
		if (n == block)
			winograd_products(OUT_C, IN_C, block, block, m, pack, v);
		else
			winograd_products(OUT_C, IN_C, rest, block, m, pack, v);
		winograd_inputs_adjoint(s, v, first, n, block, dx);
		{{/dx0}}
	}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
}
