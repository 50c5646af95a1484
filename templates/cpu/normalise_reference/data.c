/* dx {{assign0}} {{#w0}}gamma[l] * {{/w0}}rate[l] * (dy - mean of dy - normalised x * mean of dy * normalised x), means over the whole batch, as the statistics are */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise_reference/shape.c}}
	const real *mean = batch, *rate = batch + LENGTH;
	const real part = 1 / ((real)work->total * (real)COUNT);

	for (int o = 0; o < OUTER; o++)
		for (int l = 0; l < LENGTH; l++)
			for (int i = 0; i < INNER; i++) {
				const int e = (o * LENGTH + l) * INNER + i;
				const real normal = (x[e] - mean[l]) * rate[l];
				dx[e] {{assign0}} {{#w0}}gamma[l] * {{/w0}}rate[l] * (dy[e] - part * (total[l] + normal * total[LENGTH + l]));
			}
}
