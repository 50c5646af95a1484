for (int h = 0; h < HEIGHT * POOL; h += 2) {
	const int rows = at_most(HEIGHT * POOL - h, 2);
	amx_rows(window, h, rows, image, (const bf16 *)pack, sums);
	for (int e = 0; e < rows / POOL * WIDTH * vectors_of(OUT_C); e++) {
		const int pixel = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES;
		const ptrdiff_t at = ((ptrdiff_t)h / POOL * WIDTH + pixel) * OUT_C;
		const real *from = sums + (ptrdiff_t)pixel * POOL * COLUMNS + c;
		const vec shift = {{#w1}}vec_load_channels(bias, c, OUT_C){{/w1}}{{^w1}}{0}{{/w1}};
		vec z[POOL * POOL];
		vec_mask which = {0};
		UNROLL for (int i = 0; i < POOL * POOL; i++)
			z[i] = {{function}}_activation(vec_load(from + (ptrdiff_t)(i / 2 * OUT_W + i % 2) * COLUMNS) + shift);
		vec out = {{#max_pool}}vec_largest(z[0], z[1], z[2], z[3], &which){{/max_pool}}{{^max_pool}}z[0]{{/max_pool}};
