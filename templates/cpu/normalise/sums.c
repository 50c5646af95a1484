{{#map}}
{{>cpu/winograd/gradient.c}}

{{/map}}
/* sums[c] += sum of dy, sums[CHANNELS + c] += sum of dy * normalised x, dy being{{#map}} made{{/map}} the gradient before activation */
NOINLINE void {{function}}(const real *restrict x, {{#map}}const real *restrict y, {{/map}}real *restrict dy, const real *restrict batch,
	real *restrict sums)
{
	{{>cpu/normalise/shape.c}}
	const struct normalise s = {PIXELS, CHANNELS};
	const real *mean = batch, *rate = batch + CHANNELS;

	for (int first = 0; first < CHANNELS; first += normalise_columns(s) * LANES) {
		vec sum[NORMALISE_SUMS] = {0}, products[NORMALISE_SUMS] = {0};
		for (int p = 0; p < PIXELS; p += normalise_rows(s))
			UNROLL for (int i = 0; i < NORMALISE_SUMS; i++) {
				const int c = normalise_channel(s, i, first);
				const ptrdiff_t at = normalise_at(s, i, p, first);
				if (at < 0)
					continue;
				const vec d = {{#map}}{{function}}_activation(vec_load_channels(y + at, c, CHANNELS), {{/map}}vec_load_channels(dy + at, c, CHANNELS){{#map}}){{/map}};
				{{#map}}
				vec_store_channels(dy + at, d, c, CHANNELS);
				{{/map}}
				sum[i] += d;
				products[i] += d * (vec_load_channels(x + at, c, CHANNELS) - vec_load_channels(mean, c, CHANNELS));
			}
		UNROLL for (int n = 0; n < normalise_columns(s); n++) {
			const int c = normalise_channel(s, n, first);
			if (c >= CHANNELS)
				continue;
			const vec normal = normalise_total(s, products, n) * vec_load_channels(rate, c, CHANNELS);
			vec_store_channels(sums, vec_load_channels(sums, c, CHANNELS) + normalise_total(s, sum, n), c, CHANNELS);
			vec_store_channels(sums + CHANNELS, vec_load_channels(sums + CHANNELS, c, CHANNELS) + normal, c, CHANNELS);
		}
	}
}
