/* dp[c] {{assign0}} (p - t) / (p * (1 - p)) / (SIZE * batch), and 0 where the clip holds */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	const real fuzz = (real)({{fuzz}}), part = 1 / ((real)work.total * SIZE);

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		real *dp = d_outputs + i * SIZE;
		for (int c = 0; c < SIZE; c++) {
			{{>cuda/loss/target.cu}}
			const real passes = p[c] >= fuzz && p[c] <= 1 - fuzz ? part : 0;
			dp[c] {{assign0}} passes == 0 ? 0 : passes * (p[c] - t) / (p[c] * (1 - p[c]));
		}
	}
}
