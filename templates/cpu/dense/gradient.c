{{>cpu/winograd/gradient.c}}

/* dy = the gradient before {{#mask}}dropout, {{/mask}}activation, from y{{#bytes}} and saved (see forward){{/bytes}} */
NOINLINE void {{function}}({{parameters}})
{
	enum { OUT_C = {{out_size}}, at = 0{{#bytes}}, byte = 0{{/bytes}} };
	{{#bytes}}
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	{{/bytes}}
	{{>cpu/winograd/scale.c}}

	(void)work;
	{{#gate}}
	(void)y;
	{{/gate}}
	for (int c = 0; c < OUT_C; c += LANES) {
		{{>cpu/winograd/dz.c}}
		vec_store_channels(dy + at, d, c, OUT_C);
	}
}
