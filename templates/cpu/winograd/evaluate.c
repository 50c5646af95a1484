{{>cpu/winograd/activation.c}}

/* As forward, without dropout and with nothing saved. */
static void {{function}}(const real *restrict x, const real *restrict pack, {{#w1}}const real *restrict bias, {{/w1}}real *restrict y,
	real *restrict scratch)
{
{{>cpu/winograd/shape.c}}
	const int tiles = winograd_tiles(s), block = winograd_block(s, 12), rest = tiles % block;
	real *v = scratch, *m = v + winograd_size(block, IN_C);

	for (int first = 0; first < tiles; first += block) {
{{>cpu/winograd/block.c}}
		for (int panel = 0; panel < OUT_C; panel += WINOGRAD_PANEL) {
{{>cpu/winograd/panel.c}}
			for (int e = 0; e < n * BLOCK_COLUMNS; e++) {
				const int t = e / BLOCK_COLUMNS, c = panel + e % BLOCK_COLUMNS * LANES;
				if (c >= OUT_C)
					continue;
{{>cpu/winograd/outputs.c}}
					(void)which;
					vec_store_channels(y + at, out, c, OUT_C);
				}
			}
		}
	}
}
