{{>cpu/direct/convolution.c}}

/* As forward, without dropout and with nothing saved. */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/direct/shape.c}}
	enum { POOL = {{#max_pool}}2{{/max_pool}}{{^max_pool}}1{{/max_pool}}, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);
	real *rows = scratch + direct_inputs_size(s, in);

	for (int h = 0; h < HEIGHT; h++) {
		{{>cpu/direct_pool/rows.c}}
			{{>cpu/direct_pool/pool.c}}
			(void)which;
			vec_store_channels(y + at, out, c, OUT_C);
		}
	}
}
