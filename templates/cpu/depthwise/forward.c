{{>cpu/normalise/before.c}}
{{>cpu/winograd/activation.c}}

INLINE void {{function}}_pixels(struct direct s, int pixels, const real *x, const real *kernel, const real *bias, int c, real *to)
{
	vec sum[DEPTHWISE_PIXELS];
	UNROLL for (int p = 0; p < pixels; p++)
		sum[p] = bias ? vec_load_channels(bias, c, s.out_c) : (vec){0};
	depthwise_block(s, depthwise_forward(s), pixels, x + c, kernel, c, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		vec_store_channels(to + p * s.out_c, {{function}}_activation(sum[p]), c, s.out_c);
}

/* y[oh][ow][c] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[c] + {{/w1}}sum over kh, kw of x[oh * stride + kh - pad][…][c] * kernel[kh][kw][c]{{#map}}){{/map}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/depthwise/shape.c}}
	const struct direct_split blocks = direct_split(OUT_W, DEPTHWISE_PIXELS);
	const ptrdiff_t step = (ptrdiff_t)s.stride_w * padded(CHANNELS);
	{{>cpu/normalise/input.c}}
	const real *from = depthwise_inputs(s, in, scratch);

	for (int h = 0; h < OUT_H; h++, from += (ptrdiff_t)s.stride_h * direct_width(s) * padded(CHANNELS), y += OUT_W * CHANNELS)
		for (int c = 0; c < CHANNELS; c += LANES) {
			int w = 0;
			for (int i = 0; i < blocks.n_large; i++, w += blocks.large)
				{{function}}_pixels(s, blocks.large, from + w * step, kernel, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, c, y + w * CHANNELS);
			for (int i = 0; i < blocks.n_small; i++, w += blocks.small)
				{{function}}_pixels(s, blocks.small, from + w * step, kernel, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, c, y + w * CHANNELS);
		}
}
