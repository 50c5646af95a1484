/* Each input's gradient is its part of the output's */
KERNEL {{function}}({{parameters}})
{
	enum { OUTER = {{outer}}, WIDTH = {{out_size}} / OUTER };

	EACH (o, work.n * OUTER) {
		const real *from = dy + o * WIDTH;
		{{#inputs}}
		{{#dx}}
		for (int e = 0; e < {{part}}; e++)
			dx{{index}}[o * {{part}} + e] {{assign}} from[e];
		{{/dx}}
		from += {{part}};
		{{/inputs}}
	}
}
