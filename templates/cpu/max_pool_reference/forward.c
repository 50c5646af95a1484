/* y[oh][ow][c] = the largest x[h][w][c] of its window; padding never wins, NaN does */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/max_pool_reference/shape.c}}

	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, y += CHANNELS) {
			{{>cpu/max_pool_reference/window.c}}
			memcpy(y, x + (h0 * IN_W + w0) * CHANNELS, sizeof *y * CHANNELS);
			for (int h = h0; h < h1; h++)
				for (int w = w0; w < w1; w++)
					for (int c = 0; c < CHANNELS; c++) {
						const real v = x[(h * IN_W + w) * CHANNELS + c];
						y[c] = v <= y[c] || y[c] != y[c] ? y[c] : v;
					}
		}
}
