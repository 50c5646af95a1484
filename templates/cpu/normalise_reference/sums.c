/* sums[l] += sum of dy, sums[LENGTH + l] += sum of dy * normalised x */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise_reference/shape.c}}
	const real *mean = batch, *rate = batch + LENGTH;

	for (int o = 0; o < OUTER; o++)
		for (int l = 0; l < LENGTH; l++)
			for (int i = 0; i < INNER; i++) {
				const int e = (o * LENGTH + l) * INNER + i;
				sums[l] += dy[e];
				sums[LENGTH + l] += dy[e] * ((x[e] - mean[l]) * rate[l]);
			}
}
