/* dx {{assign0}} the gradient of x, dy being that before activation; total: sums over the batch of dy and of dy * normalised x */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise/shape.c}}
	const real part = 1 / ((real)work->total * (real)PIXELS);
	SCRATCH(struct normalise_gradient, g, THROUGH, (CHANNELS + LANES - 1) / LANES);

	for (int c = 0; c < CHANNELS; c += LANES)
		g[c / LANES] = normalise_gradient(pack, total, part, c, CHANNELS);
	for (int p = 0; p < PIXELS; p++, x += CHANNELS, dy += CHANNELS, dx += CHANNELS)
		for (int c = 0; c < CHANNELS; c += LANES) {
			const vec d = normalise_backward(g[c / LANES], vec_load_channels(x, c, CHANNELS), vec_load_channels(dy, c, CHANNELS));
			vec_store_channels(dx, {{^first0}}vec_load_channels(dx, c, CHANNELS) + {{/first0}}d, c, CHANNELS);
		}
}
