{{>cpu/winograd/activation.c}}

/* y = {{#map}}{{map_name}}({{/map}}{{#w0}}gamma[c] * {{/w0}}(x - mean[c]) / sqrt(variance[c] + epsilon){{#w1}} + beta[c]{{/w1}}{{#map}}){{/map}} */
NOINLINE void {{function}}(const real *restrict x, const real *restrict batch{{#w0}}, const real *restrict gamma{{/w0}}{{#w1}},
	const real *restrict beta{{/w1}}, real *restrict y)
{
	{{>cpu/normalise/shape.c}}
	const real *mean = batch, *rate = batch + CHANNELS;

	for (int p = 0; p < PIXELS; p++, x += CHANNELS, y += CHANNELS)
		for (int c = 0; c < CHANNELS; c += LANES) {
			const vec scale = {{#w0}}vec_load_channels(gamma, c, CHANNELS) * {{/w0}}vec_load_channels(rate, c, CHANNELS);
			const vec from_mean = vec_load_channels(x, c, CHANNELS) - vec_load_channels(mean, c, CHANNELS);
			const vec v = from_mean * scale{{#w1}} + vec_load_channels(beta, c, CHANNELS){{/w1}};
			vec_store_channels(y, {{function}}_activation(v), c, CHANNELS);
		}
}
