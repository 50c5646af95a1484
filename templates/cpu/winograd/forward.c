{{>cpu/winograd/activation.c}}

/* y[oh][ow][o] = {{#map}}{{map_name}}({{/map}}{{#w1}}bias[o] + {{/w1}}sum of x[oh + kh - pad][ow + kw - pad][i] * kernel[kh][kw][i][o]{{#map}}){{/map}} by Winograd F(4x4, 3x3){{#max_pool}},
 * the largest of each 2x2 window of it{{/max_pool}}{{#mask}}, dropped out{{/mask}}. pack is the kernel transformed.{{#max_pool}}
 * saved has a byte an element of y: its place in the window{{#mask}}, and 4 if it was kept{{/mask}}.{{/max_pool}} */
static void {{function}}(const struct rt_work *work, int sample, const real *restrict x, const real *restrict pack,
	{{#w1}}const real *restrict bias, {{/w1}}real *restrict y, real *restrict saved, real *restrict scratch)
{
{{>cpu/winograd/shape.c}}
	const int tiles = winograd_tiles(s), block = winograd_block(s, 12), rest = tiles % block;
	real *v = scratch, *m = v + winograd_size(block, IN_C);
	uint8_t *restrict bytes = (uint8_t *)saved;
	{{#mask}}
	uint8_t *restrict keep = (uint8_t *)(m + winograd_size(block, WINOGRAD_PANEL));
	const struct philox random = philox_of(work->seed, {{layer}}, work->step, (uint32_t)(work->batch_offset + sample));
	const double rate = {{rate}};
	const vec scale = vec_broadcast((real)(1 / (1 - rate)));

	philox_keep(&random, {{group_out_size}}, rate, keep);
	{{/mask}}
	{{^mask}}

	(void)work;
	(void)sample;
	(void)bytes;
	{{/mask}}
	for (int first = 0; first < tiles; first += block) {
{{>cpu/winograd/block.c}}
		for (int panel = 0; panel < OUT_C; panel += WINOGRAD_PANEL) {
{{>cpu/winograd/panel.c}}
			for (int e = 0; e < n * BLOCK_COLUMNS; e++) {
				const int t = e / BLOCK_COLUMNS, c = panel + e % BLOCK_COLUMNS * LANES;
				if (c >= OUT_C)
					continue;
{{>cpu/winograd/outputs.c}}
					{{#mask}}
					const vec_mask kept = vec_load_bytes(keep + at, c, OUT_C);
					out = (vec)((vec_mask)(out * scale) & kept);
					which |= kept & 4;
					{{/mask}}
					vec_store_channels(y + at, out, c, OUT_C);
					{{#max_pool}}
					vec_store_bytes(bytes + at, which, c, OUT_C);
					{{/max_pool}}
					{{^max_pool}}
					{{#mask}}
					vec_store_bytes(bytes + at, which, c, OUT_C);
					{{/mask}}
					{{^mask}}
					(void)which;
					{{/mask}}
					{{/max_pool}}
				}
			}
		}
	}
}
