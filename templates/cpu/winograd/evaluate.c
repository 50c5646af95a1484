{{>cpu/add/activation.c}}
{{>cpu/winograd/activation.c}}

/* As forward, without dropout and with nothing saved. */
NOINLINE void {{function}}(const real *restrict x, const real *restrict pack, {{#w1}}const real *restrict bias, {{/w1}}real *restrict y,
	{{#sum}}{{#others}}const real *restrict other{{index}}, {{/others}}{{/sum}}real *restrict scratch)
{
	enum { samples = 1 };
	{{>cpu/winograd/shape.c}}
	const int block = winograd_block(s, WINOGRAD_FORWARD);
	{{>cpu/winograd/evaluate_body.c}}
}
