/* y = the sum of {{inputs_count}} inputs, elementwise */
KERNEL {{function}}(struct rt_cuda_work work, real *__restrict__ y{{#inputs}}, const real *x{{index}}{{/inputs}})
{
	EACH (e, work.n * {{out_size}})
		y[e] = 0{{#inputs}} + x{{index}}[e]{{/inputs}};
}
