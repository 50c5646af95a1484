/* d_kernel[i][o] = sum over samples of x[i] * dy[o]{{#w1}}; d_bias[o] = sum of dy, the product's last row, of ones{{/w1}} */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ output,
	const real *__restrict__ d_output, real *__restrict__ d_kernel{{#w1}}, real *__restrict__ d_bias{{/w1}})
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
