/* dp[c] {{assign0}} (1 / sum of clip(p) - [c = label] / p[label]) / batch, and 0 for those c that the clip holds */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	const real fuzz = (real)({{fuzz}}), part = 1 / (real)work->total;
	const int hit = (int)label;
	real sum = 0;

	for (int c = 0; c < SIZE; c++)
		sum += real_min(real_max(p[c], fuzz), 1 - fuzz);
	for (int c = 0; c < SIZE; c++) {
		const real passes = p[c] >= fuzz && p[c] <= 1 - fuzz ? part : 0;
		dp[c] {{assign0}} passes == 0 ? 0 : passes * (1 / sum - (c == hit ? 1 / p[c] : 0));
	}
}
