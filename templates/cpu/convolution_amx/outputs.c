for (int first = 0; first < OUT_C; first += AMX_GROUP)
	for (int h = 0; h < HEIGHT * POOL; h += 2) {
		const int rows = at_most(HEIGHT * POOL - h, 2), vectors = vectors_of(at_most(OUT_C - first, AMX_GROUP));
		amx_rows(window, first / AMX_GROUP, h, rows, image, (const bf16 *)pack, sums);
		for (int e = 0; e < rows / POOL * WIDTH * vectors; e++) {
			const int pixel = e / vectors, c = first + e % vectors * LANES;
			const ptrdiff_t at = ((ptrdiff_t)h / POOL * WIDTH + pixel) * OUT_C;
			const real *from = (const real *)sums + pixel * POOL * AMX_GROUP + c - first;
			const vec shift = {{#w1}}vec_load_channels(bias, c, OUT_C){{/w1}}{{^w1}}{0}{{/w1}};
			vec z[POOL * POOL];
			vec_mask which = {0};
			UNROLL for (int i = 0; i < POOL * POOL; i++)
				z[i] = {{function}}_activation(vec_load(from + (i / 2 * OUT_W + i % 2) * AMX_GROUP) + shift);
			vec out = {{#max_pool}}vec_largest(z[0], z[1], z[2], z[3], &which){{/max_pool}}{{^max_pool}}z[0]{{/max_pool}};
			{{#sum}}
			out = {{function}}_sum(out{{#others}} + vec_load_channels(addend{{index}} + at, c, OUT_C){{/others}});
			{{/sum}}
