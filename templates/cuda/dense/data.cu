/* dx[i] {{assign0}} sum over o of dy[o] * kernel[i][o] */
KERNEL {{function}}({{parameters}})
{
	enum { IN = {{in_size}}, OUT = {{out_size}} };
	{{>cuda/dense/gradient.cu}}
	auto row = [=](int n, int o) { return gradient(o, n); };
	auto weight = [=](int i, int o) { return kernel[i * OUT + o]; };
	auto store = [=](int n, int i, real sum) { dx[n * IN + i] {{assign0}} sum; };

	(void)output;
	matrix_product<INNER_IS_SUM, INNER_IS_SUM{{#bfloat16}}, MATRIX_BFLOAT16{{/bfloat16}}>(work, (int)blockIdx.x, work.n, IN, 0, OUT, row, weight, store);
}
