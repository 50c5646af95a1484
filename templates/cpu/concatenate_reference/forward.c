/* y[o] = the inputs' [o] one behind the other */
NOINLINE void {{function}}({{parameters}})
{
	enum { OUTER = {{outer}} };

	for (int o = 0; o < OUTER; o++) {
		{{#inputs}}
		memcpy(y, x{{index}} + o * {{part}}, sizeof *y * {{part}});
		y += {{part}};
		{{/inputs}}
	}
}
