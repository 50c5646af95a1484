/* the kernel, rounded to bfloat16 for cublasLt */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ kernel, bf16 *__restrict__ rounded)
{
	(void)work;
	EACH (e, {{in_size}} * {{out_size}})
		rounded[e] = to_bf16(kernel[e]);
}
