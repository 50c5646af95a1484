{{>cpu/winograd/activation.c}}

/* As forward, without dropout and with nothing saved. */
static void {{function}}(const real *restrict x, const real *restrict pack, {{#w1}}const real *restrict bias, {{/w1}}real *restrict y,
	real *restrict scratch)
{
{{>cpu/winograd/shape.c}}
	const int tiles = winograd_tiles(s), block = winograd_block(s, 12), rest = tiles % block;
	real *v = scratch, *m = v + winograd_inputs_size(s, block);

	for (int first = 0; first < tiles; first += block) {
{{>cpu/winograd/block.c}}
		for (int t = 0; t < n; t++)
			for (int c = 0; c < OUT_C; c += LANES) {
{{>cpu/winograd/outputs.c}}
					(void)which;
					vec_store_channels(y + at, out, c, OUT_C);
				}
			}
	}
}
