/* y[oh][ow][o] = {{#map}}{{map_name}} of {{/map}}{{#w1}}bias[o] + {{/w1}}sum over kh, kw, i of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]:
 * the product of all windows, a row each, and the kernel */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/convolution/shape.cu}}
	{{>cuda/convolution/patch.cu}}
	auto weight = [=](int o, int e) { return kernel[e * OUT_C + o]; };
	auto store = [=](int p, int o, real x) {
		{{#w1}}
		x += bias[o];
		{{/w1}}
		output[p * OUT_C + o] = {{#map}}{{map_forward}}{{/map}}{{^map}}x{{/map}};
	};

	matrix_product<INNER_IS_SUM, INNER_IS_OUTPUT>(work, (int)blockIdx.x, work.n * OUT_PIXELS, OUT_C, 0,
		KERNEL_H * KERNEL_W * IN_C, patch, weight, store);
}
