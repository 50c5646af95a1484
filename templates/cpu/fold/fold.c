/* What follows the kernel is batch normalization with moving averages, which is scale[c] * x + shift[c]: to_kernel is the kernel
 * times scale, to_bias = {{#w1}}bias * scale + {{/w1}}shift. */
NOINLINE void {{function}}({{parameters}})
{
	enum { COUNT = {{kernel_count}}, CHANNELS = {{length}} };
	const real epsilon = (real)({{epsilon}});

	(void)tile;
	for (int c = 0; c < CHANNELS; c++) {
		const real scale = {{#w2}}gamma[c]{{/w2}}{{^w2}}1{{/w2}} / real_sqrt(variance[c] + epsilon);
		to_bias[c] = ({{#w1}}bias[c]{{/w1}}{{^w1}}0{{/w1}} - mean[c]) * scale{{#w3}} + beta[c]{{/w3}};
		for (int k = c; k < COUNT; k += CHANNELS)
			to_kernel[k] = kernel[k] * scale;
	}
}
