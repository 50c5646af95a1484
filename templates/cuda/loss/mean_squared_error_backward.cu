/* dp[c] {{assign0}} 2 * (p - t) / (SIZE * batch) */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	const real part = 2 / ((real)work.total * SIZE);

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		real *dp = d_outputs + i * SIZE;
		for (int c = 0; c < SIZE; c++) {
			{{>cuda/loss/target.cu}}
			dp[c] {{assign0}} part * (p[c] - t);
		}
	}
}
