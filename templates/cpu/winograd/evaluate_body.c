real *v = scratch, *m = v + winograd_size(TILE, block, IN_C);

for (int first = 0; first < tiles; first += block) {
	const int n = at_most(tiles - first, block);
	uint64_t empty[WINOGRAD_FORWARD];
	winograd_inputs(s, (struct input){.x = x}, SAMPLE, first, n, block, v);
	winograd_empty(s, (struct input){.x = x}, SAMPLE, first, n, empty);
	for (int panel = 0; panel < OUT_C; panel += WINOGRAD_PANEL) {
		winograd_outputs(s, panel, n, block, v, pack, m, NULL);
		{{>cpu/winograd/outputs.c}}
				(void)which;
				vec_store_channels(y + base + at, out, c, OUT_C);
			}
		}
	}
}
