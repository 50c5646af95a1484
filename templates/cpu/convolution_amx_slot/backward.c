{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* As convolution_amx's, for a slot's samples, some together. */
NOINLINE void {{function}}(const struct rt_work *work, int samples, const real *restrict x,
	{{#n0}}const real *restrict before, {{/n0}}const real *restrict pack, const real *restrict y,
	{{#bytes}}const real *restrict saved, {{/bytes}}const real *restrict dy,
	{{#np}}const real *restrict behind, const real *restrict total, {{/np}}{{#dx0}}real *restrict dx, {{/dx0}}real *restrict sums,
	real *restrict d_bias, real *restrict scratch)
{
	{{>cpu/convolution_amx/shape.c}}
	{{>cpu/convolution_amx/backward_body.c}}
}
