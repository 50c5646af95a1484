/* y = {{#w0}}gamma[l] * {{/w0}}(x - mean[l]) / sqrt(variance[l] + epsilon){{#w1}} + beta[l]{{/w1}} */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise_reference/shape.c}}
	const real *mean = batch, *rate = batch + LENGTH;

	for (int o = 0; o < OUTER; o++)
		for (int l = 0; l < LENGTH; l++)
			for (int i = 0; i < INNER; i++) {
				const int e = (o * LENGTH + l) * INNER + i;
				y[e] = {{#w0}}gamma[l] * {{/w0}}((x[e] - mean[l]) * rate[l]){{#w1}} + beta[l]{{/w1}};
			}
}
