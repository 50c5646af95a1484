{{>cpu/winograd/gradient.c}}

/* From y{{#bytes}}, saved (see forward){{/bytes}} and dy, with dz = dy before {{#mask}}dropout, {{/mask}}{{#max_pool}}pooling, {{/max_pool}}activation, rounded to bfloat16:
 * d_kernel[kh][kw][i][o] += sum of bf16(x) * dz{{#w1}}, d_bias[o] += sum of dz unrounded{{/w1}}{{#dx0}}, dx {{assign0}} sum of dz * pack, the kernel{{/dx0}} */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict x, const real *restrict pack, const real *restrict y,
	{{#bytes}}const real *restrict saved, {{/bytes}}const real *restrict dy, {{#dx0}}real *restrict dx, {{/dx0}}real *restrict d_kernel,
	{{#w1}}real *restrict d_bias, {{/w1}}real *restrict scratch)
{
	{{>cpu/convolution_amx/shape.c}}
	bf16 *image = (bf16 *)scratch;
	real *pairs = scratch + amx_image_size(s, OUT_C), *planes = pairs + amx_pairs_size(s), *sums = planes + amx_planes_size(s);
	vec bias_sum[(OUT_C + LANES - 1) / LANES] = {0};
	{{#bytes}}
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	{{/bytes}}
	{{#mask}}
	const double rate = {{rate}};
	const vec kept = vec_broadcast((real)(1 - rate)), scale = vec_broadcast((real)(1 / (1 - rate)));
	{{/mask}}

	(void)work;
	(void)pack;
	amx_clear_dz(s, OUT_H % POOL == 0 && OUT_W % POOL == 0, image);
	for (int e = 0; e < HEIGHT * WIDTH * vectors_of(OUT_C); e++) {
		const int pixel = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES, h = pixel / WIDTH * POOL, w = pixel % WIDTH * POOL;
		const ptrdiff_t at = (ptrdiff_t)pixel * OUT_C;
		vec out = vec_load_channels(y + at, c, OUT_C), d = vec_load_channels(dy + at, c, OUT_C);
		{{#bytes}}
		const vec_mask which = vec_load_bytes(bytes + at, c, OUT_C);
		{{/bytes}}
		{{#mask}}
		d = (vec)((vec_mask)(d * scale) & (vec_mask)((which & 4) != 0));
		out *= kept;
		{{/mask}}
		d = {{function}}_activation(out, d);
		bias_sum[c / LANES] += d;
		{{#max_pool}}
		UNROLL for (int k = 0; k < 4; k++)
			amx_narrow_channels((vec)((vec_mask)d & (vec_mask)((which & 3) == k)), c, OUT_C, image + amx_dz_at(s, h + k / 2, w + k % 2));
		{{/max_pool}}
		{{^max_pool}}
		amx_narrow_channels(d, c, OUT_C, image + amx_dz_at(s, h, w));
		{{/max_pool}}
	}
	{{#w1}}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
	{{/w1}}
	amx_dz_pairs(s, image, (uint32_t *)pairs);
	amx_planes(s, x, (bf16 *)planes);
	amx_weights(s, (const bf16 *)planes, (const uint32_t *)pairs, (float *)sums, d_kernel);
	{{#dx0}}
	amx_data_all(s, image, pack, (float *)pairs, dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}});
	{{/dx0}}
}
