{{>cpu/normalise/input.c}}
bf16 *image = (bf16 *)scratch;
const int pairs_of_sample = amx_pixels(s) / 2 * AMX_GROUP;
SCRATCH_ZEROS(vec, bias_sum, BIAS, (OUT_C + LANES - 1) / LANES);
{{>cpu/normalise/behind.c}}
{{>cpu/winograd/scale.c}}


(void)work;
{{#gate}}
(void)y;
{{/gate}}
(void)pack;
for (int first = 0; first < samples; first += amx_together(s)) {
	const int n = at_most(samples - first, amx_together(s));
	real *pairs = scratch + amx_image_size(s, OUT_C), *planes = pairs + n * amx_pairs_size(s);
	for (int i = 0; i < n; i++) {
		const ptrdiff_t base = (ptrdiff_t)(first + i) * SAMPLE;
		{{#bytes}}
		const uint8_t *restrict bytes = (const uint8_t *)(saved + base);
		{{/bytes}}
		amx_clear_dz(s, OUT_H % POOL == 0 && OUT_W % POOL == 0, image);
		for (int e = 0; e < HEIGHT * WIDTH * vectors_of(OUT_C); e++) {
			const int pixel = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES, h = pixel / WIDTH * POOL, w = pixel % WIDTH * POOL;
			{{#bytes}}
			const ptrdiff_t byte = (ptrdiff_t)pixel * OUT_C;
			{{/bytes}}
			const ptrdiff_t at = base + (ptrdiff_t)pixel * OUT_C;
			{{>cpu/winograd/dz.c}}
			bias_sum[c / LANES] += d;
			{{#max_pool}}
			UNROLL for (int k = 0; k < 4; k++)
				amx_narrow_channels((vec)((vec_mask)d & (vec_mask)((which & 3) == k)), c, OUT_C, image + amx_dz_at(s, h + k / 2, w + k % 2));
			{{/max_pool}}
			{{^max_pool}}
			amx_narrow_channels(d, c, OUT_C, image + amx_dz_at(s, h, w));
			{{/max_pool}}
		}
		amx_dz_pairs(s, image, (uint32_t *)pairs + i * pairs_of_sample, (ptrdiff_t)n * pairs_of_sample);
		amx_planes(s, input_at(in, base), (bf16 *)(planes + (ptrdiff_t)i * amx_planes_size(s)));
		{{#dx0}}
		amx_data_all(s, image, pack, (float *)(planes + (ptrdiff_t)n * amx_planes_size(s)), dx + base, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}});
		{{/dx0}}
	}
	amx_weights(s, n, (const bf16 *)planes, (const uint32_t *)pairs, (float *)sums);
}
for (int c = 0; c < OUT_C; c += LANES)
	vec_store_channels(bias_sums, vec_load_channels(bias_sums, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
