{{>cpu/direct/row.c}}

/* y[oh][ow][o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]{{#map}}){{/map}} */
static void {{function}}(const real *restrict x, const real *restrict pack, {{#w1}}const real *restrict bias, {{/w1}}real *restrict y,
	real *restrict scratch)
{
{{>cpu/direct/shape.c}}
	const real *padded_x = direct_inputs(s, x, scratch);

	for (int h = 0; h < OUT_H; h++)
		{{function}}_row(s, padded_x + (ptrdiff_t)h * s.stride_h * direct_width(s) * IN_C, pack, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}},
			y + h * OUT_W * OUT_C);
}
