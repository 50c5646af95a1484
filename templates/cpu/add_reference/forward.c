/* y = the sum of {{inputs_count}} inputs, elementwise */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}} };

	for (int e = 0; e < SIZE; e++)
		y[e] = 0{{#inputs}} + x{{index}}[e]{{/inputs}};
}
