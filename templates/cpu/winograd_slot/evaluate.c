{{>cpu/add/activation.c}}
{{>cpu/winograd/activation.c}}

/* As forward, without dropout and with nothing saved. */
NOINLINE void {{function}}({{parameters}})
{
	enum { block = WINOGRAD_FORWARD };
	{{>cpu/winograd/shape.c}}
	{{>cpu/winograd/evaluate_body.c}}
}
