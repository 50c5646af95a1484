/* y[oh][ow][o] = {{#w1}}bias[o] + {{/w1}}sum over kh, kw, i of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o] */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/convolution_reference/shape.c}}

	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, y += OUT_C) {
			for (int o = 0; o < OUT_C; o++)
				y[o] = {{#w1}}bias[o]{{/w1}}{{^w1}}0{{/w1}};
			for (int kh = 0; kh < KERNEL_H; kh++)
				for (int kw = 0; kw < KERNEL_W; kw++) {
					const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP;
					const int iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
					if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
						continue;
					const real *from = x + (ih * IN_W + iw) * IN_C;
					const real *k = kernel + (kh * KERNEL_W + kw) * IN_C * OUT_C;
					for (int c = 0; c < IN_C; c++)
						for (int o = 0; o < OUT_C; o++)
							y[o] += {{operand}}(from[c]) * {{operand}}(k[c * OUT_C + o]);
				}
		}
}
