/* d_kernel[i][o] = sum over samples of bf16(x[i]) * bf16(dy[o]) */
KERNEL {{function}}({{parameters}})
{
	enum { IN = {{in_size}}, OUT = {{out_size}} };
	auto row = [=](int i, int n) { return x[n * IN + i]; };
	{{>cuda/dense/gradient.cu}}
	auto store = [=](int i, int o, real sum) { d_kernel[i * OUT + o] = sum; };

	(void)output;
	matrix_product<INNER_IS_OUTPUT, INNER_IS_OUTPUT, MATRIX_BFLOAT16>(work, (int)blockIdx.x, IN, OUT, 0, work.n, row, gradient, store);
}
