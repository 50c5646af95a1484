/* y[oh][ow][c] = the largest x[h][w][c] of its window; padding never wins, NaN does */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/max_pool_reference/shape.c}}

	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, y += CHANNELS) {
			{{>cpu/max_pool_reference/window.c}}
			for (int c = 0; c < CHANNELS; c += LANES) {
				vec most = vec_load_channels(x + (h0 * IN_W + w0) * CHANNELS, c, CHANNELS);
				for (int h = h0; h < h1; h++)
					for (int w = w0; w < w1; w++) {
						const vec v = vec_load_channels(x + (h * IN_W + w) * CHANNELS, c, CHANNELS);
						most = vec_select((vec_mask)(v <= most) | (vec_mask)(most != most), most, v);
					}
				vec_store_channels(y, most, c, CHANNELS);
			}
		}
}
