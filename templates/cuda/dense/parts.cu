/* parts[part][sample][o] = a part of the sum over i of x[i] * kernel[i][o] */
KERNEL {{function}}({{parameters}})
{
	enum { IN = {{in_size}}, OUT = {{out_size}}, PARTS = {{saved}} / OUT };
	const int part = (int)blockIdx.x % PARTS;
	auto input = [=](int n, int i) { return x[n * IN + i]; };
	auto weight = [=](int o, int i) { return kernel[i * OUT + o]; };
	auto store = [=](int n, int o, real sum) { parts[(part * work.n + n) * OUT + o] = sum; };

	matrix_product<INNER_IS_SUM, INNER_IS_OUTPUT{{#bfloat16}}, MATRIX_BFLOAT16{{/bfloat16}}>(work, (int)blockIdx.x / PARTS, work.n, OUT, IN * part / PARTS,
		IN * (part + 1) / PARTS, input, weight, store);
}
