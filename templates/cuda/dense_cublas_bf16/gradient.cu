/* dy{{#map}} * {{map_name}}'(x), from y{{/map}}, rounded to bfloat16 for cublasLt */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ output, const real *__restrict__ d_output,
	bf16 *__restrict__ rounded)
{
	enum { OUT = {{out_size}} };
	{{>cuda/dense/gradient.cu}}

	(void)output;
	EACH (e, work.n * OUT)
		rounded[e] = to_bf16(gradient(e % OUT, e / OUT));
}
