{{>cpu/normalise/before.c}}
{{>cpu/direct/convolution.c}}

/* y[oh][ow][o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]{{#map}}){{/map}}{{#max_pool}},
 * the largest of each 2x2 window of it{{/max_pool}}{{#mask}}, dropped out{{/mask}}. saved has a byte an element of y:
 * its place in the window{{#gate}}, and 4 where the gradient passes{{/gate}}{{^gate}}{{#mask}}, and 4 if it was kept{{/mask}}{{/gate}}. */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/direct/shape.c}}
	enum { POOL = {{#max_pool}}2{{/max_pool}}{{^max_pool}}1{{/max_pool}}, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
	{{>cpu/normalise/input.c}}
	const real *padded_x = direct_inputs(s, in, scratch);
	real *rows = scratch + direct_inputs_size(s, in);
	uint8_t *restrict bytes = (uint8_t *)saved;
	{{>cpu/winograd/scale.c}}
	{{#mask}}
	uint8_t *restrict keep = (uint8_t *)(rows + padded(POOL * OUT_W * OUT_C));
	const struct philox random = philox_of(work->seed, {{layer}}, work->step, (uint32_t)(work->batch_offset + sample));

	philox_keep(&random, 0, {{group_out_size}}, rate, keep);
	{{/mask}}
	{{^mask}}

	(void)work;
	(void)sample;
	{{/mask}}
	for (int h = 0; h < HEIGHT; h++) {
		{{>cpu/direct_pool/rows.c}}
			{{>cpu/direct_pool/pool.c}}
			{{#mask}}
			const vec_mask kept = vec_load_bytes(keep + at, c, OUT_C);
			{{/mask}}
			{{>cpu/winograd/dropout.c}}
			vec_store_channels(y + at, out, c, OUT_C);
			vec_store_bytes(bytes + at, which, c, OUT_C);
		}
	}
}
