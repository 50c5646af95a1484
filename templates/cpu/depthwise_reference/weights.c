/* d_kernel[kh][kw][i][m] += sum over oh, ow of x[oh * stride + kh - pad][…][i] * dy[oh][ow][i * MULTIPLIER + m]{{#w1}}, d_bias[…] += sum of dy{{/w1}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/depthwise_reference/shape.c}}

	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, dy += OUT_C) {
			{{#w1}}
			for (int o = 0; o < OUT_C; o++)
				d_bias[o] += dy[o];
			{{/w1}}
			for (int kh = 0; kh < KERNEL_H; kh++)
				for (int kw = 0; kw < KERNEL_W; kw++) {
					const int ih = oh * STRIDE_H + kh - PAD_TOP, iw = ow * STRIDE_W + kw - PAD_LEFT;
					if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
						continue;
					const real *from = x + (ih * IN_W + iw) * IN_C;
					real *k = d_kernel + (kh * KERNEL_W + kw) * OUT_C;
					for (int o = 0; o < OUT_C; o++)
						k[o] += from[o / MULTIPLIER] * dy[o];
				}
		}
}
