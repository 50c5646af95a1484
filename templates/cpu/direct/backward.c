{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* From y, saved (see forward) and dy, with dz = dy before {{#mask}}dropout, {{/mask}}{{#max_pool}}pooling, {{/max_pool}}activation:
 * d_kernel[kh][kw][i][o] += sum of x * dz{{#w1}}, d_bias[o] += sum of dz{{/w1}}{{#dx0}}, dx {{assign0}} sum of dz * kernel, pack being the kernel{{/dx0}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/direct/shape.c}}
	enum { POOL = {{#max_pool}}2{{/max_pool}}{{^max_pool}}1{{/max_pool}}, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
	{{>cpu/normalise/input.c}}
	const real *padded_x = direct_inputs(s, in, scratch);
	{{#bytes}}
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	{{/bytes}}
	real *dz = scratch + direct_inputs_size(s, in);
	SCRATCH_ZEROS(vec, bias_sum, BIAS, (OUT_C + LANES - 1) / LANES);
	{{>cpu/normalise/behind.c}}
	{{>cpu/winograd/scale.c}}

	(void)work;
	{{#gate}}
	(void)y;
	{{/gate}}
	(void)pack;
	if (direct_dz_width(s) != OUT_W || OUT_H % POOL || OUT_W % POOL)
		memset(dz, 0, sizeof *dz * (size_t)({{#dx0}}OUT_H{{/dx0}}{{^dx0}}POOL{{/dx0}} * direct_dz_row(s)));
	for (int h = 0; h < HEIGHT; h++) {
		real *rows = dz + {{#dx0}}h * POOL * direct_dz_row(s){{/dx0}}{{^dx0}}0{{/dx0}};
		for (int e = 0; e < WIDTH * vectors_of(OUT_C); e++) {
			const int w = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES;
			const ptrdiff_t at = ((ptrdiff_t)h * WIDTH + w) * OUT_C;
			{{#bytes}}
			const ptrdiff_t byte = at;
			{{/bytes}}
			{{>cpu/winograd/dz.c}}
			bias_sum[c / LANES] += d;
			{{#max_pool}}
			UNROLL for (int k = 0; k < 4; k++)
				vec_store(rows + direct_dz_at(s, k / 2, w * 2 + k % 2) + c, (vec)((vec_mask)d & (vec_mask)((which & 3) == k)));
			{{/max_pool}}
			{{^max_pool}}
			vec_store(rows + direct_dz_at(s, 0, w) + c, d);
			{{/max_pool}}
		}
		{{^dx0}}
		direct_weights(s, h * POOL, POOL, padded_x, rows, d_kernel);
		{{/dx0}}
	}
	{{#w1}}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
	{{/w1}}
	{{#dx0}}
	direct_weights(s, 0, OUT_H, padded_x, dz, d_kernel);
	direct_data_all(s, dz, pack, dz + direct_dz_size(s), dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}});
	{{/dx0}}
}
