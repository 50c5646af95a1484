{{>cpu/normalise/before.c}}
{{>cpu/add/activation.c}}
{{>cpu/winograd/activation.c}}

/* y[oh][ow][o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum of x[oh + kh - pad][ow + kw - pad][i] * kernel[kh][kw][i][o]{{#map}}){{/map}} by Winograd F({{tile}}x{{tile}}, 3x3){{#max_pool}},
 * the largest of each 2x2 window of it{{/max_pool}}{{#mask}}, dropped out{{/mask}}{{#sum}}, and others added{{#map}}; {{map_name}} of that{{/map}}{{/sum}}. pack is the kernel transformed.{{#bytes}}
 * saved has a byte an element of y: its place in the window{{#gate}}, and 4 where the gradient passes{{/gate}}{{^gate}}{{#mask}}, and 4 if it was kept{{/mask}}{{/gate}}.{{/bytes}} */
NOINLINE void {{function}}({{parameters}})
{
	enum { samples = 1 };
	{{>cpu/winograd/shape.c}}
	const int block = winograd_block(s, WINOGRAD_FORWARD);
	{{>cpu/winograd/forward_body.c}}
}
