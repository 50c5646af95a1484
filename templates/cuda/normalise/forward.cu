/* y = {{#w0}}gamma[l] * {{/w0}}(x - mean[l]) / sqrt(variance[l] + epsilon){{#w1}} + beta[l]{{/w1}} */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ batch{{#w0}},
	const real *__restrict__ gamma{{/w0}}{{#w1}}, const real *__restrict__ beta{{/w1}}, real *__restrict__ y)
{
	{{>cuda/normalise/shape.cu}}

	EACH (e, work.n * SIZE) {
		const int l = e / INNER % LENGTH;
		y[e] = {{#w0}}gamma[l] * {{/w0}}((x[e] - batch[l]) * batch[LENGTH + l]){{#w1}} + beta[l]{{/w1}};
	}
}
