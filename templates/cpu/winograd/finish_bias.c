{{#w1}}
for (int o = 0; tile == 0 && o < OUT_C; o++) {
	real sum = bias_sums[o];
	for (int slot = 1; slot < slots; slot++)
		sum += bias_sums[(size_t)slot * SLOT + (size_t)o];
	d_bias[o] = sum;
}
{{/w1}}
{{^w1}}
(void)bias_sums;
{{/w1}}
