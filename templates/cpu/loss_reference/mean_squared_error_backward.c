/* dp[c] {{assign0}} 2 * (p - t) / (SIZE * batch) */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	const real part = 2 / ((real)work->total * SIZE);

	for (int c = 0; c < SIZE; c++) {
		{{>cpu/loss_reference/target.c}}
		dp[c] {{assign0}} part * (p[c] - t);
	}
}
