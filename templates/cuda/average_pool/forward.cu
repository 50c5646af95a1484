/* y[oh][ow][c] = the mean of x[h][w][c] over its window, padding left out */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/max_pool/shape.cu}}

	EACH (e, work.n * OUT_PIXELS * CHANNELS) {
		const int c = e % CHANNELS, oh = (e / CHANNELS % OUT_PIXELS) / OUT_W, ow = e / CHANNELS % OUT_W;
		const real *from = x + e / (OUT_PIXELS * CHANNELS) * (IN_PIXELS * CHANNELS) + c;
		{{>cuda/max_pool/window.cu}}
		real sum = 0;
		for (int h = h0; h < h1; h++)
			for (int w = w0; w < w1; w++)
				sum += from[(h * IN_W + w) * CHANNELS];
		y[e] = sum / (real)((h1 - h0) * (w1 - w0));
	}
}
