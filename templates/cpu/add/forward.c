{{#inputs}}
{{#n}}
INLINE vec {{function}}_before{{index}}(vec v)
{
	{{>cpu/winograd/lanes.c}}
}

{{/n}}
{{/inputs}}
{{>cpu/winograd/activation.c}}

/* y = {{#map}}{{map_name}}({{/map}}the sum of {{inputs_count}} inputs{{#map}}){{/map}}, elementwise{{#any_before}}; those with a pack are read through batch normalization{{/any_before}} */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}}, CHANNELS = {{#any_before}}{{out_c}}{{/any_before}}{{^any_before}}SIZE{{/any_before}} };
	{{#inputs}}
	const struct input in{{index}} = {.x = x{{index}}{{#n}}, .pack = pack{{index}}, .activation = {{function}}_before{{index}}{{/n}}};
	{{/inputs}}

	for (int at = 0; at < SIZE; at += CHANNELS)
		for (int c = 0; c < CHANNELS; c += LANES) {
			vec sum = {0};
			{{#inputs}}
			sum += input_of(in{{index}}, vec_load_channels(in{{index}}.x + at, c, CHANNELS), c, CHANNELS);
			{{/inputs}}
			vec_store_channels(y + at, {{function}}_activation(sum), c, CHANNELS);
		}
}
