/* y[oh][ow][c] = the largest x[h][w][c] of its window; padding never wins, NaN does */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
{{>cuda/max_pool/shape.cu}}

	EACH (e, work.n * OUT_PIXELS * CHANNELS) {
		const int c = e % CHANNELS, oh = (e / CHANNELS % OUT_PIXELS) / OUT_W, ow = e / CHANNELS % OUT_W;
		const real *from = x + e / (OUT_PIXELS * CHANNELS) * (IN_PIXELS * CHANNELS) + c;
{{>cuda/max_pool/window.cu}}
		real most = from[(h0 * IN_W + w0) * CHANNELS];
		for (int h = h0; h < h1; h++)
			for (int w = w0; w < w1; w++) {
				const real v = from[(h * IN_W + w) * CHANNELS];
				most = v <= most || most != most ? most : v;
			}
		y[e] = most;
	}
}
