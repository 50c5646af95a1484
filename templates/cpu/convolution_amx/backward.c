{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* From y{{#bytes}}, saved (see forward){{/bytes}} and dy, with dz = dy before {{#mask}}dropout, {{/mask}}{{#max_pool}}pooling, {{/max_pool}}activation, rounded to bfloat16:
 * sums += sum of bf16(x) * dz{{#w1}}, d_bias[o] += sum of dz unrounded{{/w1}}{{#dx0}}, dx {{assign0}} sum of dz * pack, the kernel{{/dx0}} */
NOINLINE void {{function}}(const struct rt_work *work, const real *restrict x,
	{{#n0}}const real *restrict before, {{/n0}}const real *restrict pack, const real *restrict y,
	{{#bytes}}const real *restrict saved, {{/bytes}}const real *restrict dy,
	{{#np}}const real *restrict behind, const real *restrict total, {{/np}}{{#dx0}}real *restrict dx, {{/dx0}}real *restrict sums,
	real *restrict d_bias, real *restrict scratch)
{
	enum { samples = 1 };
	{{>cpu/convolution_amx/shape.c}}
	{{>cpu/convolution_amx/backward_body.c}}
}
