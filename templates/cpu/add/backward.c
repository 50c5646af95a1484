/* dy becomes the sum's gradient{{#map}}, dy * {{map_name}}'(sum), from y{{/map}}, and with it that of inputs which have no place of their own here */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}} };

	for (int e = 0; e < SIZE; e++) {
		{{#map}}
		const real y = output[e], dy = d_output[e], d = {{map_backward}};
		(void)y;
		d_output[e] = d;
		{{/map}}
		{{^map}}
		const real d = d_output[e];
		{{/map}}
		{{#inputs}}
		{{#dx}}
		dx{{index}}[e] {{assign}} d;
		{{/dx}}
		{{/inputs}}
	}
}
