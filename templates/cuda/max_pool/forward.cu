/* y[oh][ow][c] = the largest x[h][w][c] of its window; padding never wins, NaN does */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/max_pool/shape.cu}}

	EACH (e, work.n * OUT_PIXELS * CHANNELS) {
		const int c = e % CHANNELS, oh = (e / CHANNELS % OUT_PIXELS) / OUT_W, ow = e / CHANNELS % OUT_W;
		const real *from = x + e / (OUT_PIXELS * CHANNELS) * (IN_PIXELS * CHANNELS) + c;
		{{>cuda/max_pool/largest.cu}}
		y[e] = most;
	}
}
