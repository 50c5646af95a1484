/* dx[h][w][c] {{assign0}} sum over the windows it lies in of dy / the window's count */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/max_pool/shape.cu}}

	EACH (e, work.n * IN_PIXELS * CHANNELS) {
		{{>cuda/max_pool/windows.cu}}
		real sum = 0;
		for (int oh = oh0; oh < oh1; oh++)
			for (int ow = ow0; ow < ow1; ow++) {
				{{>cuda/max_pool/window.cu}}
				sum += dy[((sample * OUT_PIXELS) + oh * OUT_W + ow) * CHANNELS + c] / (real)((h1 - h0) * (w1 - w0));
			}
		dx[e] {{assign0}} sum;
	}
}
