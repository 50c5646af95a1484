/* Each input's gradient is the output's */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}} };

	{{#inputs}}
	{{#dx}}
	for (int e = 0; e < SIZE; e++)
		dx{{index}}[e] {{assign}} dy[e];
	{{/dx}}
	{{/inputs}}
}
