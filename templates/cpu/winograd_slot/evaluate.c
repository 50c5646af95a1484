{{>cpu/add/activation.c}}
{{>cpu/winograd/activation.c}}

/* As forward, without dropout and with nothing saved. */
NOINLINE void {{function}}(int samples, const real *restrict x, const real *restrict pack, {{#w1}}const real *restrict bias, {{/w1}}real *restrict y,
	{{#sum}}{{#others}}const real *restrict other{{index}}, {{/others}}{{/sum}}real *restrict scratch)
{
	enum { block = WINOGRAD_FORWARD };
	{{>cpu/winograd/shape.c}}
	{{>cpu/winograd/evaluate_body.c}}
}
