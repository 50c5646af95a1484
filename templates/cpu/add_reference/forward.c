/* y = the sum of {{inputs_count}} inputs, elementwise */
NOINLINE void {{function}}(real *restrict y{{#inputs}}, const real *x{{index}}{{/inputs}})
{
	enum { SIZE = {{out_size}} };

	for (int e = 0; e < SIZE; e++)
		y[e] = 0{{#inputs}} + x{{index}}[e]{{/inputs}};
}
