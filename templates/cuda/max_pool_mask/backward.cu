/* dx[h][w][c] {{assign0}} sum of dy / (1 - rate) over the windows that were kept and of which x[h][w][c] is the first largest */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/max_pool/shape.cu}}
	{{>cuda/max_pool_mask/random.cu}}

	EACH (e, work.n * IN_PIXELS * CHANNELS) {
		{{>cuda/max_pool/windows.cu}}
		const real *from = x + sample * IN_PIXELS * CHANNELS + c;
		real sum = 0;
		for (int oh = oh0; oh < oh1; oh++)
			for (int ow = ow0; ow < ow1; ow++) {
				{{>cuda/max_pool/first_largest.cu}}
				const int o = (oh * OUT_W + ow) * CHANNELS + c;
				if (best == ih * IN_W + iw && philox_word(random(sample), (uint32_t)o) >= below)
					sum += dy[sample * SIZE + o] * scale;
			}
		dx[e] {{assign0}} sum;
	}
}
