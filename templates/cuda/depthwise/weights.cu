/* A slot's d_kernel[kh][kw][i][m] = sum over oh, ow of x[oh * stride + kh - pad][…][i] * dy[oh][ow][i * MULTIPLIER + m]{{#w1}}, and
 * d_bias[…] = sum of dy{{/w1}}: a block takes one place of the kernel, or the bias, and a group of channels */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/depthwise/shape.cu}}
	enum { PLACES = KERNEL_H * KERNEL_W + 1, GROUPS = CHANNEL_GROUPS(OUT_C) };
	const int slot = (int)blockIdx.x / (PLACES * GROUPS), place = (int)blockIdx.x / GROUPS % PLACES;
	const int o = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const int kh = place / KERNEL_W, kw = place % KERNEL_W;
	{{>cuda/convolution/gradient.cu}}
	auto term = [=](int p) -> real {
		const int ih = (p % OUT_PIXELS) / OUT_W * STRIDE_H + kh - PAD_TOP, iw = (p % OUT_W) * STRIDE_W + kw - PAD_LEFT;
		if (o >= OUT_C)
			return 0;
		if (place == PLACES - 1)
			return gradient(o, p);
		if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
			return 0;
		return x[(p / OUT_PIXELS * IN_PIXELS + ih * IN_W + iw) * IN_C + o / MULTIPLIER] * gradient(o, p);
	};

	(void)output;
	const real sum = channel_sum(slot_begin(work, slot) * OUT_PIXELS,
		slot_begin(work, slot + 1) * OUT_PIXELS, term);
	if (threadIdx.x >= RT_CUDA_CHANNELS || o >= OUT_C)
		return;
	if (place < PLACES - 1)
		d_kernel[(size_t)slot * SLOT + (size_t)place * OUT_C + o] = sum;
	{{#w1}}
	else
		d_bias[(size_t)slot * SLOT + o] = sum;
	{{/w1}}
}
