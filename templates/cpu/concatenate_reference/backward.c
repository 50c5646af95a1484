/* Each input's gradient is its part of the output's */
NOINLINE void {{function}}({{parameters}})
{
	enum { OUTER = {{outer}} };

	for (int o = 0; o < OUTER; o++) {
		{{#inputs}}
		{{#dx}}
		for (int e = 0; e < {{part}}; e++)
			dx{{index}}[o * {{part}} + e] {{assign}} dy[e];
		{{/dx}}
		dy += {{part}};
		{{/inputs}}
	}
}
