/* dx {{assign0}} {{#w0}}gamma[l] * {{/w0}}rate[l] * (dy - mean of dy - normalised x * mean of dy * normalised x), means over the batch */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ dy, const real *__restrict__ batch,
	const real *__restrict__ total{{#w0}}, const real *__restrict__ gamma{{/w0}}, real *__restrict__ dx)
{
	{{>cuda/normalise/shape.cu}}
	const real part = 1 / ((real)work.total * (real)COUNT);

	EACH (e, work.n * SIZE) {
		const int l = e / INNER % LENGTH;
		const real rate = batch[LENGTH + l], normal = (x[e] - batch[l]) * rate;
		dx[e] {{assign0}} {{#w0}}gamma[l] * {{/w0}}rate * (dy[e] - part * (total[l] + normal * total[LENGTH + l]));
	}
}
