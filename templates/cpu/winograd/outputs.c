for (int e = 0; e < n * BLOCK_COLUMNS; e++) {
	const int t = e / BLOCK_COLUMNS, c = panel + e % BLOCK_COLUMNS * LANES;
	const int tile = (first + t) % winograd_tiles(s);
	const ptrdiff_t base = (ptrdiff_t)((first + t) / winograd_tiles(s)) * SAMPLE;
	vec z[4][4];
	if (c >= OUT_C)
		continue;
	const vec shift = {{#w1}}vec_load_channels(bias, c, OUT_C){{/w1}}{{^w1}}{0}{{/w1}};
	winograd_tile(TILE, m + t * WINOGRAD_PANEL + c - panel, winograd_point(block, WINOGRAD_PANEL), z);
	winograd_clear(TILE, empty[t], z);
	UNROLL for (int i = 0; i < TILE * TILE; i++)
		z[i / TILE][i % TILE] = {{function}}_activation(z[i / TILE][i % TILE] + shift);
	UNROLL for (int k = 0; k < TILE * TILE / POOL / POOL; k++) {
		const int i = k * POOL / TILE * POOL, j = k * POOL % TILE;
		const ptrdiff_t at = winograd_place(s, tile, i / POOL, j / POOL);
		if (at < 0)
			continue;
		vec_mask which = {0};
		vec out = {{#max_pool}}vec_largest(z[i][j], z[i][j + 1], z[i + 1][j], z[i + 1][j + 1], &which){{/max_pool}}{{^max_pool}}z[i][j]{{/max_pool}};
		{{#sum}}
		out = {{function}}_sum(out{{#others}} + vec_load_channels(addend{{index}} + base + at, c, OUT_C){{/others}});
		{{/sum}}
