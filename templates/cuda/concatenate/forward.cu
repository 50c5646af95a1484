/* y[o] = the inputs' [o] one behind the other */
KERNEL {{function}}({{parameters}})
{
	enum { OUTER = {{outer}}, WIDTH = {{out_size}} / OUTER };

	EACH (o, work.n * OUTER) {
		real *to = y + o * WIDTH;
		{{#inputs}}
		for (int e = 0; e < {{part}}; e++)
			*to++ = x{{index}}[o * {{part}} + e];
		{{/inputs}}
	}
}
