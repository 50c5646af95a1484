/* d_kernel[kh][kw][i][o] += sum over oh, ow of x[oh * stride + kh * dilation - pad][…][i] * dy[oh][ow][o]{{#w1}}, d_bias[o] += sum of dy{{/w1}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/convolution_reference/shape.c}}

	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, dy += OUT_C) {
			{{#w1}}
			for (int o = 0; o < OUT_C; o++)
				d_bias[o] += dy[o];
			{{/w1}}
			for (int kh = 0; kh < KERNEL_H; kh++)
				for (int kw = 0; kw < KERNEL_W; kw++) {
					const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP;
					const int iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
					if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
						continue;
					const real *from = x + (ih * IN_W + iw) * IN_C;
					real *k = d_kernel + (kh * KERNEL_W + kw) * IN_C * OUT_C;
					for (int c = 0; c < IN_C; c++)
						for (int o = 0; o < OUT_C; o++)
							k[c * OUT_C + o] += {{operand}}(from[c]) * {{operand}}(dy[o]);
				}
		}
}
