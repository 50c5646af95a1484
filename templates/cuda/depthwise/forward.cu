/* y[oh][ow][i * MULTIPLIER + m] = {{#map}}{{map_name}} of {{/map}}{{#w1}}bias[…] + {{/w1}}sum over kh, kw of x[oh * stride + kh - pad][…][i] * kernel[kh][kw][i][m] */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/depthwise/shape.cu}}

	EACH (e, work.n * OUT_PIXELS * OUT_C) {
		const int o = e % OUT_C, oh = (e / OUT_C % OUT_PIXELS) / OUT_W, ow = e / OUT_C % OUT_W;
		const real *sample = from + e / (OUT_PIXELS * OUT_C) * (IN_PIXELS * IN_C);
		real x = {{#w1}}bias[o]{{/w1}}{{^w1}}0{{/w1}};
		for (int kh = 0; kh < KERNEL_H; kh++)
			for (int kw = 0; kw < KERNEL_W; kw++) {
				const int ih = oh * STRIDE_H + kh - PAD_TOP, iw = ow * STRIDE_W + kw - PAD_LEFT;
				if (ih >= 0 && ih < IN_H && iw >= 0 && iw < IN_W)
					x += sample[(ih * IN_W + iw) * IN_C + o / MULTIPLIER] * kernel[(kh * KERNEL_W + kw) * OUT_C + o];
			}
		output[e] = {{#map}}{{map_forward}}{{/map}}{{^map}}x{{/map}};
	}
}
