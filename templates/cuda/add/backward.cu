/* Each input's gradient is the output's */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ dy{{#inputs}}{{#dx}}, real *dx{{index}}{{/dx}}{{/inputs}})
{
	EACH (e, work.n * {{out_size}}) {
		{{#inputs}}
		{{#dx}}
		dx{{index}}[e] {{assign}} dy[e];
		{{/dx}}
		{{/inputs}}
	}
}
