/* dx[h][w][c] {{assign0}} sum of dy over the windows of which x[h][w][c] is the first largest */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/max_pool/shape.cu}}

	EACH (e, work.n * IN_PIXELS * CHANNELS) {
		{{>cuda/max_pool/windows.cu}}
		const real *from = x + sample * IN_PIXELS * CHANNELS + c;
		real sum = 0;
		for (int oh = oh0; oh < oh1; oh++)
			for (int ow = ow0; ow < ow1; ow++) {
				{{>cuda/max_pool/first_largest.cu}}
				if (best == ih * IN_W + iw)
					sum += dy[((sample * OUT_PIXELS) + oh * OUT_W + ow) * CHANNELS + c];
			}
		dx[e] {{assign0}} sum;
	}
}
