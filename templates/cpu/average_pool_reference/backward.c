/* dx[h][w][c] {{assign0}} sum over the windows it lies in of dy / the window's count */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/max_pool_reference/shape.c}}

	{{#first0}}
	memset(dx, 0, sizeof *dx * IN_H * IN_W * CHANNELS);
	{{/first0}}
	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, dy += CHANNELS) {
			{{>cpu/max_pool_reference/window.c}}
			for (int h = h0; h < h1; h++)
				for (int w = w0; w < w1; w++)
					for (int c = 0; c < CHANNELS; c++)
						dx[(h * IN_W + w) * CHANNELS + c] += dy[c] / (real)((h1 - h0) * (w1 - w0));
		}
}
