/* dx[ih][iw][i] {{assign0}} sum over the outputs it reached of dy[oh][ow][i * MULTIPLIER + m] * kernel[kh][kw][i][m] */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/depthwise/shape.cu}}
	{{>cuda/convolution/gradient.cu}}

	(void)output;
	EACH (e, work.n * IN_PIXELS * IN_C) {
		const int i = e % IN_C, ih = (e / IN_C % IN_PIXELS) / IN_W, iw = e / IN_C % IN_W;
		const int sample = e / (IN_PIXELS * IN_C);
		real sum = 0;
		for (int kh = 0; kh < KERNEL_H; kh++)
			for (int kw = 0; kw < KERNEL_W; kw++) {
				const int h = ih + PAD_TOP - kh, w = iw + PAD_LEFT - kw;
				if (h < 0 || w < 0 || h % STRIDE_H || w % STRIDE_W || h / STRIDE_H >= OUT_H || w / STRIDE_W >= OUT_W)
					continue;
				for (int o = i * MULTIPLIER; o < (i + 1) * MULTIPLIER; o++)
					sum += gradient(o, sample * OUT_PIXELS + h / STRIDE_H * OUT_W + w / STRIDE_W)
						* kernel[(kh * KERNEL_W + kw) * OUT_C + o];
			}
		dx[e] {{assign0}} sum;
	}
}
