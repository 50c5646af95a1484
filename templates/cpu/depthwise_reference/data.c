/* dx[ih][iw][i] {{assign0}} sum over the outputs it reached of dy[oh][ow][i * MULTIPLIER + m] * kernel[kh][kw][i][m] */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/depthwise_reference/shape.c}}

	{{#first0}}
	memset(dx, 0, sizeof *dx * IN_H * IN_W * IN_C);
	{{/first0}}
	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, dy += OUT_C)
			for (int kh = 0; kh < KERNEL_H; kh++)
				for (int kw = 0; kw < KERNEL_W; kw++) {
					const int ih = oh * STRIDE_H + kh - PAD_TOP, iw = ow * STRIDE_W + kw - PAD_LEFT;
					if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
						continue;
					real *to = dx + (ih * IN_W + iw) * IN_C;
					const real *k = kernel + (kh * KERNEL_W + kw) * OUT_C;
					for (int o = 0; o < OUT_C; o++)
						to[o / MULTIPLIER] += dy[o] * k[o];
				}
}
