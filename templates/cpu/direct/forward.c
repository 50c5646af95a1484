{{>cpu/normalise/before.c}}
{{>cpu/direct/convolution.c}}

/* y[oh][ow][o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]{{#map}}){{/map}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/direct/shape.c}}
	{{>cpu/normalise/input.c}}
	const real *padded_x = direct_inputs(s, in, scratch);

	{{function}}_rows(s, OUT_H, padded_x, pack, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, y);
}
