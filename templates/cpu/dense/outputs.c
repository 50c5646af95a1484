/* sums of tile t, rows width apart, with bias and activation{{#mask}}, dropped out{{/mask}} */
{{>cpu/winograd/scale.c}}

for (int r = 0; r < t.rows; r++) {
	const ptrdiff_t row = (ptrdiff_t)(t.first_row + r) * SAMPLE;
	{{#mask}}
	const struct philox random = philox_of(work->seed, {{layer}}, work->step, (uint32_t)(work->batch_offset + t.first_row + r));
	uint8_t keep[{{out_size}} + PHILOX_BLOCK], *bytes = (uint8_t *)(saved + row);
	philox_keep(&random, (uint32_t)t.first, (uint32_t)t.columns, rate, keep);
	{{/mask}}
	for (int c = 0; c < t.columns; c += LANES) {
		vec out = {{function}}_activation(vec_load(sums + r * width + c){{#w1}} + vec_load_channels(bias + t.first, c, t.columns){{/w1}});
		{{#mask}}
		const vec_mask kept = vec_load_bytes(keep, c, t.columns);
		vec_mask which = {0};
		{{/mask}}
		{{>cpu/winograd/dropout.c}}
		vec_store_channels(y + row + t.first, out, c, t.columns);
		{{#mask}}
		vec_store_bytes(bytes + t.first, which, c, t.columns);
		{{/mask}}
	}
}
