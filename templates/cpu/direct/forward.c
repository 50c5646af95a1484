{{>cpu/direct/convolution.c}}

/* y[oh][ow][o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]{{#map}}){{/map}} */
NOINLINE void {{function}}(const real *restrict x, const real *restrict pack, {{#w1}}const real *restrict bias, {{/w1}}real *restrict y,
	real *restrict scratch)
{
	{{>cpu/direct/shape.c}}
	const real *padded_x = direct_inputs(s, x, scratch);

	{{function}}_rows(s, OUT_H, padded_x, pack, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, y);
}
