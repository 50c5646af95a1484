{{>cpu/add/activation.c}}
{{>cpu/winograd/activation.c}}

/* As forward, without dropout and with nothing saved. */
NOINLINE void {{function}}({{parameters}})
{
	enum { samples = 1 };
	{{>cpu/winograd/shape.c}}
	const int block = winograd_block(s, WINOGRAD_FORWARD);
	{{>cpu/winograd/evaluate_body.c}}
}
