{{function}}_rows(s, POOL, padded_x + (ptrdiff_t)h * POOL * s.stride_h * direct_width(s) * IN_C, pack, {{#w1}}bias{{/w1}}{{^w1}}NULL{{/w1}}, rows);
for (int e = 0; e < WIDTH * vectors_of(OUT_C); e++) {
	const int w = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES;
	const ptrdiff_t at = ((ptrdiff_t)h * WIDTH + w) * OUT_C;
