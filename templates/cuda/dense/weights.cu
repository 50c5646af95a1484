/* d_kernel[i][o] = sum over samples of x[i] * dy[o]{{#w1}}; d_bias[o] = sum of dy, the product's last row, of ones{{/w1}} */
KERNEL {{function}}({{parameters}})
{
	enum { IN = {{in_size}}, OUT = {{out_size}} };
	auto row = [=](int i, int n) -> real { return i < IN ? x[n * IN + i] : 1; };
	{{>cuda/dense/gradient.cu}}
	auto store = [=](int i, int o, real sum) {
		if (i < IN)
			d_kernel[i * OUT + o] = sum;
		{{#w1}}
		else
			d_bias[o] = sum;
		{{/w1}}
	};

	(void)output;
	matrix_product<INNER_IS_OUTPUT, INNER_IS_OUTPUT>(work, (int)blockIdx.x, IN + 1, OUT, 0, work.n, row, gradient, store);
}
