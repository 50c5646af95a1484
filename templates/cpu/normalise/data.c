/* dx {{assign0}} {{#w0}}gamma[c] * {{/w0}}rate[c] * (dy - mean of dy - normalised x * mean of dy * normalised x), means over the whole batch, as the
 * statistics are; dy is the gradient before activation */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict x, const real *restrict dy,
	const real *restrict batch, const real *restrict total{{#w0}}, const real *restrict gamma{{/w0}}, real *restrict dx)
{
	{{>cpu/normalise/shape.c}}
	const real *mean = batch, *rate = batch + CHANNELS;
	const real part = 1 / ((real)work->total * (real)PIXELS);

	for (int p = 0; p < PIXELS; p++, x += CHANNELS, dy += CHANNELS, dx += CHANNELS)
		for (int c = 0; c < CHANNELS; c += LANES) {
			const vec each = vec_load_channels(rate, c, CHANNELS), scale = {{#w0}}vec_load_channels(gamma, c, CHANNELS) * {{/w0}}each;
			const vec shift = scale * part * vec_load_channels(total, c, CHANNELS);
			const vec slope = scale * part * each * vec_load_channels(total + CHANNELS, c, CHANNELS);
			const vec from_mean = vec_load_channels(x, c, CHANNELS) - vec_load_channels(mean, c, CHANNELS);
			const vec d = scale * vec_load_channels(dy, c, CHANNELS) - (slope * from_mean + shift);
			vec_store_channels(dx, {{^first0}}vec_load_channels(dx, c, CHANNELS) + {{/first0}}d, c, CHANNELS);
		}
}
