/* dx {{assign0}} {{#w0}}gamma[l] * {{/w0}}rate[l] * (dy - mean of dy - normalised x * mean of dy * normalised x), means over the batch */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/normalise/shape.cu}}
	const real part = 1 / ((real)work.total * (real)COUNT);

	EACH (e, work.n * SIZE) {
		const int l = e / INNER % LENGTH;
		const real rate = batch[LENGTH + l], normal = (x[e] - batch[l]) * rate;
		dx[e] {{assign0}} {{#w0}}gamma[l] * {{/w0}}rate * (dy[e] - part * (total[l] + normal * total[LENGTH + l]));
	}
}
