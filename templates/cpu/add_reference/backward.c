/* Each input's gradient is the output's */
NOINLINE void {{function}}(const real *restrict dy{{#inputs}}{{#dx}}, real *dx{{index}}{{/dx}}{{/inputs}})
{
	enum { SIZE = {{out_size}} };

	{{#inputs}}
	{{#dx}}
	for (int e = 0; e < SIZE; e++)
		dx{{index}}[e] {{assign}} dy[e];
	{{/dx}}
	{{/inputs}}
}
