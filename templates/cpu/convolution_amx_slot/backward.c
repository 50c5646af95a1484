{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* As convolution_amx's, for a slot's samples, some together. */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/convolution_amx/shape.c}}
	{{>cpu/convolution_amx/backward_body.c}}
}
