{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* From y{{#bytes}}, saved (see forward){{/bytes}} and dy, with dz = dy before {{#mask}}dropout, {{/mask}}{{#max_pool}}pooling, {{/max_pool}}activation, rounded to bfloat16:
 * sums += sum of bf16(x) * dz{{#w1}}, bias_sums[o] += sum of dz unrounded{{/w1}}{{#dx0}}, dx {{assign0}} sum of dz * pack, the kernel{{/dx0}} */
NOINLINE void {{function}}({{parameters}})
{
	enum { samples = 1 };
	{{>cpu/convolution_amx/shape.c}}
	{{>cpu/convolution_amx/backward_body.c}}
}
