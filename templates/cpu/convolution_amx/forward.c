{{>cpu/normalise/before.c}}
{{>cpu/add/activation.c}}
{{>cpu/winograd/activation.c}}

/* y[oh][ow][o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum of bf16(x[oh * stride + kh - pad][…][i]) * bf16(kernel[kh][kw][i][o]){{#map}}){{/map}}{{#max_pool}},
 * the largest of each 2x2 window of it{{/max_pool}}{{#mask}}, dropped out{{/mask}}{{#sum}}, and others added{{#map}}; {{map_name}} of that{{/map}}{{/sum}}. pack is the kernel in bfloat16.{{#bytes}} saved has a byte
 * an element of y: its place in the window{{#gate}}, and 4 where the gradient passes{{/gate}}{{^gate}}{{#mask}}, and 4 if it was kept{{/mask}}{{/gate}}.{{/bytes}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/convolution_amx/shape.c}}
	const struct amx_window window = amx_forward(s);
	bf16 *image = (bf16 *)scratch;
	float *sums = (float *)scratch + amx_image_size(s, IN_C);
	{{#bytes}}
	uint8_t *restrict bytes = (uint8_t *)saved;
	{{/bytes}}
	{{>cpu/winograd/scale.c}}
	{{#mask}}
	const struct philox random = philox_of(work->seed, {{layer}}, work->step, (uint32_t)(work->batch_offset + sample));

	philox_keep(&random, 0, {{group_out_size}}, rate, bytes);
	{{/mask}}
	{{^mask}}

	(void)work;
	(void)sample;
	{{/mask}}
	{{>cpu/normalise/input.c}}
	{{>cpu/normalise/statistics_begin.c}}
	amx_inputs(s, in, image);
	amx_open_rows(window);
	{{>cpu/convolution_amx/outputs.c}}
				{{#mask}}
				const vec_mask kept = vec_load_bytes(bytes + at, c, OUT_C);
				{{/mask}}
				{{>cpu/winograd/dropout.c}}
				vec_store_channels(y + at, out, c, OUT_C);
				{{#bytes}}
				vec_store_bytes(bytes + at, which, c, OUT_C);
				{{/bytes}}
				{{^bytes}}
				(void)which;
				{{/bytes}}
			}
			{{#nk}}
			if (first + AMX_GROUP >= OUT_C)
				normalise_account(statistics, h / POOL * WIDTH, rows / POOL * WIDTH, y, moments, slot_index, own);
			{{/nk}}
		}
	amx_close();
	{{>cpu/normalise/statistics_end.c}}
}
