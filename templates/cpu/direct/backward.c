{{>cpu/winograd/gradient.c}}

/* From y, saved (see forward) and dy, with dz = dy before {{#mask}}dropout, {{/mask}}{{#max_pool}}pooling, {{/max_pool}}activation:
 * d_kernel[kh][kw][i][o] += sum of x * dz{{#w1}}, d_bias[o] += sum of dz{{/w1}}{{#dx0}}, dx {{assign0}} sum of dz * kernel, pack being the kernel{{/dx0}} */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict x, const real *restrict pack, const real *restrict y,
	{{#max_pool}}const real *restrict saved, {{/max_pool}}{{^max_pool}}{{#mask}}const real *restrict saved, {{/mask}}{{/max_pool}}const real *restrict dy, {{#dx0}}real *restrict dx, {{/dx0}}real *restrict d_kernel,
	{{#w1}}real *restrict d_bias, {{/w1}}real *restrict scratch)
{
	{{>cpu/direct/shape.c}}
	enum { POOL = {{#max_pool}}2{{/max_pool}}{{^max_pool}}1{{/max_pool}}, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
	const real *padded_x = direct_inputs(s, x, scratch);
	{{#max_pool}}
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	{{/max_pool}}
	{{^max_pool}}
	{{#mask}}
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	{{/mask}}
	{{/max_pool}}
	real *dz = scratch + direct_inputs_size(s);
	vec bias_sum[(OUT_C + LANES - 1) / LANES] = {0};
	{{#mask}}
	const double rate = {{rate}};
	const vec kept = vec_broadcast((real)(1 - rate)), scale = vec_broadcast((real)(1 / (1 - rate)));
	{{/mask}}

	(void)work;
	(void)pack;
	if (direct_dz_width(s) != OUT_W || OUT_H % POOL || OUT_W % POOL)
		memset(dz, 0, sizeof *dz * (size_t)direct_dz_size(s));
	for (int e = 0; e < HEIGHT * WIDTH * vectors_of(OUT_C); e++) {
		const int pixel = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES, h = pixel / WIDTH * POOL, w = pixel % WIDTH * POOL;
		const ptrdiff_t at = (ptrdiff_t)pixel * OUT_C;
		vec out = vec_load_channels(y + at, c, OUT_C), d = vec_load_channels(dy + at, c, OUT_C);
		{{#mask}}
		vec_mask which = vec_load_bytes(bytes + at, c, OUT_C);
		d = (vec)((vec_mask)(d * scale) & (vec_mask)((which & 4) != 0));
		out *= kept;
		{{/mask}}
		d = {{function}}_activation(out, d);
		bias_sum[c / LANES] += d;
		{{#max_pool}}
		{{^mask}}
		vec_mask which = vec_load_bytes(bytes + at, c, OUT_C);
		{{/mask}}
		UNROLL for (int k = 0; k < 4; k++)
			vec_store(dz + direct_dz_at(s, h + k / 2, w + k % 2) + c, (vec)((vec_mask)d & (vec_mask)((which & 3) == k)));
		{{/max_pool}}
		{{^max_pool}}
		vec_store(dz + direct_dz_at(s, h, w) + c, d);
		{{/max_pool}}
	}
	{{#w1}}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
	{{/w1}}
	direct_weights(s, padded_x, dz, d_kernel);
	{{#dx0}}
	direct_data_all(s, dz, pack, dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}});
	{{/dx0}}
}
