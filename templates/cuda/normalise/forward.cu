/* y = {{#w0}}gamma[l] * {{/w0}}(x - mean[l]) / sqrt(variance[l] + epsilon){{#w1}} + beta[l]{{/w1}} */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/normalise/shape.cu}}

	EACH (e, work.n * SIZE) {
		const int l = e / INNER % LENGTH;
		y[e] = {{#w0}}gamma[l] * {{/w0}}((x[e] - batch[l]) * batch[LENGTH + l]){{#w1}} + beta[l]{{/w1}};
	}
}
