{{>cpu/normalise/input.c}}
{{>cpu/normalise/statistics_begin.c}}
struct asking next = {.parts = winograd_points(TILE) * ((tiles + block - 1) / block) * ((OUT_C + WINOGRAD_PANEL - 1) / WINOGRAD_PANEL)};
{{>cpu/winograd/ask.c}}
real *v = scratch, *m = v + winograd_size(TILE, block, IN_C);
{{#bytes}}
uint8_t *restrict bytes = (uint8_t *)saved;
{{/bytes}}
{{>cpu/winograd/scale.c}}
{{#mask}}

for (int i = 0; i < samples; i++) {
	const struct philox random = philox_of(work->seed, {{layer}}, work->step, (uint32_t)(work->batch_offset + sample + i));
	philox_keep(&random, 0, {{group_out_size}}, rate, (uint8_t *)(saved + (ptrdiff_t)i * SAMPLE));
}
{{/mask}}
{{^mask}}

(void)work;
(void)sample;
{{/mask}}
for (int first = 0; first < tiles; first += block) {
	const int n = at_most(tiles - first, block);
	uint64_t empty[WINOGRAD_FORWARD];
	winograd_inputs(s, in, SAMPLE, first, n, block, v);
	winograd_empty(s, in, SAMPLE, first, n, empty);
	for (int panel = 0; panel < OUT_C; panel += WINOGRAD_PANEL) {
		winograd_outputs(s, panel, n, block, v, pack, m, &next);
		{{>cpu/winograd/outputs.c}}
				{{#mask}}
				const vec_mask kept = vec_load_bytes(bytes + base * (ptrdiff_t)sizeof(real) + at, c, OUT_C);
				{{/mask}}
				{{>cpu/winograd/dropout.c}}
				vec_store_channels(y + base + at, out, c, OUT_C);
				{{#bytes}}
				vec_store_bytes(bytes + base * (ptrdiff_t)sizeof(real) + at, which, c, OUT_C);
				{{/bytes}}
				{{^bytes}}
				(void)which;
				{{/bytes}}
			}
		}
	}
	{{#nk}}
	const int made = winograd_rows(s, first), rows = winograd_rows(s, first + n) - made;
	normalise_account(statistics, made * (OUT_W / POOL), rows * (OUT_W / POOL), y, moments, slot_index, own);
	{{/nk}}
}
{{>cpu/normalise/statistics_end.c}}
