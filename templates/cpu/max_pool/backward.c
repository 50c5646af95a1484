/* dx[h][w][c] {{assign0}} dy where x[h][w][c] is the first largest of its window */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/max_pool_reference/shape.c}}

	{{#first0}}
	memset(dx, 0, sizeof *dx * IN_H * IN_W * CHANNELS);
	{{/first0}}
	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, dy += CHANNELS) {
			{{>cpu/max_pool_reference/window.c}}
			for (int c = 0; c < CHANNELS; c += LANES) {
				const vec d = vec_load_channels(dy, c, CHANNELS);
				vec most = vec_load_channels(x + (h0 * IN_W + w0) * CHANNELS, c, CHANNELS);
				vec_mask first = {0};   /* the place of the largest, in pixels from the input's first */
				first += h0 * IN_W + w0;
				for (int h = h0; h < h1; h++)
					for (int w = w0; w < w1; w++) {
						const vec v = vec_load_channels(x + (h * IN_W + w) * CHANNELS, c, CHANNELS);
						const vec_mask larger = (vec_mask)(v > most);
						most = vec_select(larger, v, most);
						first = (larger & (h * IN_W + w)) | (~larger & first);
					}
				for (int h = h0; h < h1; h++)
					for (int w = w0; w < w1; w++) {
						real *to = dx + (h * IN_W + w) * CHANNELS;
						const vec here = (vec)((vec_mask)d & (vec_mask)(first == h * IN_W + w));
						vec_store_channels(to, vec_load_channels(to, c, CHANNELS) + here, c, CHANNELS);
					}
			}
		}
}
