/* y = {{#map}}{{map_name}}({{/map}}the sum of {{inputs_count}} inputs{{#map}}){{/map}}, elementwise */
NOINLINE void {{function}}(real *restrict y{{#inputs}}, const real *x{{index}}{{/inputs}})
{
	enum { SIZE = {{out_size}} };

	for (int e = 0; e < SIZE; e++) {
		const real x = 0{{#inputs}} + x{{index}}[e]{{/inputs}};
		y[e] = {{#map}}{{map_forward}}{{/map}}{{^map}}x{{/map}};
	}
}
