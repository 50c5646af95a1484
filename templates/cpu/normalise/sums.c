{{#map}}
{{>cpu/winograd/activation.c}}

INLINE vec {{function}}_gradient(vec y_lanes, vec dy_lanes)
{
	{{>cpu/winograd/gradient_lanes.c}}
}

{{/map}}
/* sums[c] += sum of dy, sums[CHANNELS + c] += sum of dy * normalised x, dy being{{#map}} made{{/map}} the gradient before activation{{#map}}, of y
 * made again{{/map}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise/shape.c}}
	const struct normalise s = {PIXELS, CHANNELS};

	for (int first = 0; first < CHANNELS; first += normalise_columns(s) * LANES) {
		vec sum[NORMALISE_SUMS] = {0}, products[NORMALISE_SUMS] = {0};
		for (int p = 0; p < PIXELS; p += normalise_rows(s))
			UNROLL for (int i = 0; i < NORMALISE_SUMS; i++) {
				const int c = normalise_channel(s, i, first);
				const ptrdiff_t at = normalise_at(s, i, p, first);
				if (at < 0)
					continue;
				const vec number = vec_load_channels(x + at, c, CHANNELS);
				vec d = vec_load_channels(dy + at, c, CHANNELS);
				{{#map}}
				d = {{function}}_gradient({{function}}_activation(normalise_forward(pack, number, c, CHANNELS)), d);
				vec_store_channels(dy + at, d, c, CHANNELS);
				{{/map}}
				sum[i] += d;
				products[i] += d * (number - normalise_row(pack, NORMALISE_MEAN, c, CHANNELS));
			}
		UNROLL for (int n = 0; n < normalise_columns(s); n++) {
			const int c = normalise_channel(s, n, first);
			if (c >= CHANNELS)
				continue;
			const vec normal = normalise_total(s, products, n) * normalise_row(pack, NORMALISE_RATE, c, CHANNELS);
			vec_store_channels(sums, vec_load_channels(sums, c, CHANNELS) + normalise_total(s, sum, n), c, CHANNELS);
			vec_store_channels(sums + CHANNELS, vec_load_channels(sums + CHANNELS, c, CHANNELS) + normal, c, CHANNELS);
		}
	}
}
