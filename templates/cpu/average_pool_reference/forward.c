/* y[oh][ow][c] = the mean of x[h][w][c] over its window, padding left out */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/max_pool_reference/shape.c}}

	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, y += CHANNELS) {
			{{>cpu/max_pool_reference/window.c}}
			memset(y, 0, sizeof *y * CHANNELS);
			for (int h = h0; h < h1; h++)
				for (int w = w0; w < w1; w++)
					for (int c = 0; c < CHANNELS; c++)
						y[c] += x[(h * IN_W + w) * CHANNELS + c];
			for (int c = 0; c < CHANNELS; c++)
				y[c] /= (real)((h1 - h0) * (w1 - w0));
		}
}
