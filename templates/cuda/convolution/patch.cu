/* x under the window of output pixel p of the batch, element e of KERNEL_H x KERNEL_W x IN_C; 0 in the padding */
auto patch = [=](int p, int e) -> real {
	const int kh = e / (KERNEL_W * IN_C), kw = e / IN_C % KERNEL_W;
	const int oh = (p % OUT_PIXELS) / OUT_W, ow = p % OUT_W;
	const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP, iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
	if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
		return 0;
	return x[(p / OUT_PIXELS * IN_PIXELS + ih * IN_W + iw) * IN_C + e % IN_C];
};
