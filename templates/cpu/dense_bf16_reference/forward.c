/* y[o] = {{#w1}}bias[o] + {{/w1}}sum over i of bf16(x[i]) * bf16(kernel[i][o]) */
NOINLINE void {{function}}({{parameters}})
{
	enum { IN = {{in_size}}, OUT = {{out_size}} };

	for (int o = 0; o < OUT; o++)
		y[o] = {{#w1}}bias[o]{{/w1}}{{^w1}}0{{/w1}};
	for (int c = 0; c < IN; c++)
		for (int o = 0; o < OUT; o++)
			y[o] += real_bf16(x[c]) * real_bf16(kernel[(size_t)c * OUT + o]);
}
