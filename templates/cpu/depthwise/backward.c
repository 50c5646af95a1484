{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* From y and dy, with dz = dy before activation: d_kernel[kh][kw][c] += sum of x * dz{{#w1}}, d_bias[c] += sum of dz{{/w1}}{{#dx0}},
 * dx {{assign0}} sum of dz * kernel{{/dx0}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/depthwise/shape.c}}
	enum { OUT_C = CHANNELS };
	{{>cpu/normalise/input.c}}
	const real *padded_x = depthwise_inputs(s, in, scratch);
	real *dz = scratch + depthwise_inputs_size(s, in);
	{{>cpu/normalise/behind.c}}
	{{#w1}}
	SCRATCH_ZEROS(vec, bias_sum, BIAS, (CHANNELS + LANES - 1) / LANES);
	{{/w1}}

	(void)work;
	(void)kernel;
	if (direct_dz_width(s) != OUT_W)
		memset(dz, 0, sizeof *dz * (size_t)direct_dz_size(s));
	for (int e = 0; e < OUT_H * OUT_W * vectors_of(CHANNELS); e++) {
		const int pixel = e / vectors_of(CHANNELS), c = e % vectors_of(CHANNELS) * LANES;
		const ptrdiff_t at = (ptrdiff_t)pixel * CHANNELS;
		{{>cpu/winograd/dz.c}}
		{{#w1}}
		bias_sum[c / LANES] += d;
		{{/w1}}
		vec_store(dz + direct_dz_at(s, pixel / OUT_W, pixel % OUT_W) + c, d);
	}
	{{#w1}}
	for (int c = 0; c < CHANNELS; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, CHANNELS) + bias_sum[c / LANES], c, CHANNELS);
	{{/w1}}
	depthwise_weights(s, padded_x, dz, d_kernel);
	{{#dx0}}
	depthwise_data(s, dz, kernel, dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}});
	{{/dx0}}
}
