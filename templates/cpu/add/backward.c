/* Each input's gradient is the sum's: dy * {{#map}}{{map_name}}{{/map}}'(sum), from y */
NOINLINE void {{function}}(const real *restrict output, const real *restrict d_output{{#inputs}}{{#dx}}, real *dx{{index}}{{/dx}}{{/inputs}})
{
	enum { SIZE = {{out_size}} };

	for (int e = 0; e < SIZE; e++) {
		const real y = output[e], dy = d_output[e], d = {{#map}}{{map_backward}}{{/map}};
		(void)y;
		{{#inputs}}
		{{#dx}}
		dx{{index}}[e] {{assign}} d;
		{{/dx}}
		{{/inputs}}
	}
}
