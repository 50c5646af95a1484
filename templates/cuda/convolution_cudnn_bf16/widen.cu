/* dx {{assign0}} what cuDNN gave in bfloat16 */
KERNEL {{function}}(struct rt_cuda_work work, const bf16 *__restrict__ rounded, real *__restrict__ dx)
{
	EACH (e, work.n * {{in_size}})
		dx[e] {{assign0}} from_bf16(rounded[e]);
}
