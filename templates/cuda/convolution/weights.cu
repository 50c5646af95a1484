/* A slot's d_kernel[kh][kw][i][o] = sum over oh, ow of x[oh * stride + kh * dilation - pad][…][i] * dy[oh][ow][o]{{#w1}}; d_bias[o] = sum of
 * dy, the product's last row, of ones{{/w1}} */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/convolution/shape.cu}}
	enum { WEIGHTS_ROWS = KERNEL_H * KERNEL_W * IN_C, BLOCKS = TILES(WEIGHTS_ROWS + 1, OUT_C) };
	const int slot = (int)blockIdx.x / BLOCKS;
	{{>cuda/convolution/patch.cu}}
	auto row = [=](int e, int p) { return e < WEIGHTS_ROWS ? patch(p, e) : 1; };
	{{>cuda/convolution/gradient.cu}}
	auto store = [=](int e, int o, real sum) {
		if (e < WEIGHTS_ROWS)
			d_kernel[(size_t)slot * SLOT + e * OUT_C + o] = sum;
		{{#w1}}
		else
			d_bias[(size_t)slot * SLOT + o] = sum;
		{{/w1}}
	};

	(void)output;
	matrix_product<INNER_IS_OUTPUT, INNER_IS_OUTPUT>(work, (int)blockIdx.x % BLOCKS, WEIGHTS_ROWS + 1, OUT_C,
		slot_begin(work, slot) * OUT_PIXELS, slot_begin(work, slot + 1) * OUT_PIXELS,
		row, gradient, store);
}
