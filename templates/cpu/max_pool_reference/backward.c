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
			for (int c = 0; c < CHANNELS; c++) {
				int best = (h0 * IN_W + w0) * CHANNELS + c;
				for (int h = h0; h < h1; h++)
					for (int w = w0; w < w1; w++)
						if (x[(h * IN_W + w) * CHANNELS + c] > x[best])
							best = (h * IN_W + w) * CHANNELS + c;
				dx[best] += dy[c];
			}
		}
}
