{{#bytes}}
const uint8_t *restrict bytes = (const uint8_t *)saved;
{{/bytes}}
{{>cpu/normalise/input.c}}
struct asking next = {.parts = winograd_points(TILE) * ((tiles + block - 1) / block)};
{{>cpu/winograd/ask.c}}
real *v = scratch, *m = v + winograd_size(TILE, block, IN_C);
SCRATCH_ZEROS(vec, bias_sum, BIAS, (OUT_C + LANES - 1) / LANES);
{{>cpu/normalise/behind.c}}
{{>cpu/winograd/scale.c}}

(void)work;
{{#gate}}
(void)y;
{{/gate}}
{{^dx0}}
(void)pack;
{{/dx0}}
{{#first0}}
{{#dx0}}
for (int i = 0; i < samples; i++)
	memset(dx + (ptrdiff_t)i * SAMPLE, 0, sizeof *dx * IN_H * IN_W * IN_C);
{{/dx0}}
{{/first0}}
for (int first = 0; first < tiles; first += block) {
	const int n = at_most(tiles - first, block);
	for (int t = 0; t < n; t++) {
		const int tile = (first + t) % winograd_tiles(s);
		const ptrdiff_t base = (ptrdiff_t)((first + t) / winograd_tiles(s)) * SAMPLE;
		for (int c = 0; c < OUT_C; c += LANES) {
			vec dz[4][4] = {0};
			UNROLL for (int k = 0; k < TILE * TILE; k++) {
				const ptrdiff_t place = winograd_place(s, tile, k / TILE, k % TILE), at = base + place;
				if (place < 0)
					continue;
				{{#bytes}}
				const ptrdiff_t byte = base * (ptrdiff_t)sizeof(real) + place;
				{{/bytes}}
				{{>cpu/winograd/dz.c}}
				bias_sum[c / LANES] += d;
				dz[k / TILE][k % TILE] = d;
			}
			winograd_tile_adjoint(TILE, dz, m + t * padded(OUT_C) + c, winograd_point(block, OUT_C));
		}
	}
	winograd_inputs(s, in, SAMPLE, first, n, block, v);
	winograd_gradients(s, n, block, v, m, {{#dx0}}pack{{/dx0}}{{^dx0}}NULL{{/dx0}}, sums, add || first > 0, &next);
	{{#dx0}}
	winograd_inputs_adjoint(s, v, first, n, block, dx, SAMPLE);
	{{/dx0}}
}
