/* dx[ih][iw][i] {{assign0}} sum over the outputs it reached of dy[oh][ow][o] * kernel[kh][kw][i][o] */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/convolution/shape.cu}}
	{{>cuda/convolution/gradient.cu}}
	/* the gradient that input pixel p gets through element e of KERNEL_H x KERNEL_W x OUT_C */
	auto reached = [=](int p, int e) -> real {
		const int kh = e / (KERNEL_W * OUT_C), kw = e / OUT_C % KERNEL_W;
		const int h = (p % IN_PIXELS) / IN_W + PAD_TOP - kh * DILATION_H, w = (p % IN_W) + PAD_LEFT - kw * DILATION_W;
		if (h < 0 || w < 0 || h % STRIDE_H || w % STRIDE_W || h / STRIDE_H >= OUT_H || w / STRIDE_W >= OUT_W)
			return 0;
		return gradient(e % OUT_C, p / IN_PIXELS * OUT_PIXELS + h / STRIDE_H * OUT_W + w / STRIDE_W);
	};
	auto weight = [=](int i, int e) { return kernel[(e / OUT_C * IN_C + i) * OUT_C + e % OUT_C]; };
	auto store = [=](int p, int i, real sum) { dx[p * IN_C + i] {{assign0}} sum; };

	(void)output;
	matrix_product<INNER_IS_SUM, INNER_IS_SUM>(work, (int)blockIdx.x, work.n * IN_PIXELS, IN_C, 0,
		KERNEL_H * KERNEL_W * OUT_C, reached, weight, store);
}
