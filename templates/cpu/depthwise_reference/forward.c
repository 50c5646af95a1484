/* y[oh][ow][i * MULTIPLIER + m] = {{#w1}}bias[…] + {{/w1}}sum over kh, kw of x[oh * stride + kh - pad][…][i] * kernel[kh][kw][i][m] */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/depthwise_reference/shape.c}}

	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, y += OUT_C) {
			for (int o = 0; o < OUT_C; o++)
				y[o] = {{#w1}}bias[o]{{/w1}}{{^w1}}0{{/w1}};
			for (int kh = 0; kh < KERNEL_H; kh++)
				for (int kw = 0; kw < KERNEL_W; kw++) {
					const int ih = oh * STRIDE_H + kh - PAD_TOP, iw = ow * STRIDE_W + kw - PAD_LEFT;
					if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
						continue;
					const real *from = x + (ih * IN_W + iw) * IN_C;
					const real *k = kernel + (kh * KERNEL_W + kw) * OUT_C;
					for (int o = 0; o < OUT_C; o++)
						y[o] += from[o / MULTIPLIER] * k[o];
				}
		}
}
