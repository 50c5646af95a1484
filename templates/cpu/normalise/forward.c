{{>cpu/winograd/activation.c}}

/* y = {{#map}}{{map_name}}({{/map}}(x - mean[c]) * scale[c] + shift[c]{{#map}}){{/map}}, by the pack (finish) */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise/shape.c}}

	for (int p = 0; p < PIXELS; p++, x += CHANNELS, y += CHANNELS)
		for (int c = 0; c < CHANNELS; c += LANES)
			vec_store_channels(y, {{function}}_activation(normalise_forward(pack, vec_load_channels(x, c, CHANNELS), c, CHANNELS)), c, CHANNELS);
}
