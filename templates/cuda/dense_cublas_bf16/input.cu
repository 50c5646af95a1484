/* the inputs, rounded to bfloat16 for NVIDIA's libraries */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ x, bf16 *__restrict__ rounded)
{
	EACH (e, work.n * {{in_size}})
		rounded[e] = to_bf16(x[e]);
}
