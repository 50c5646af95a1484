/* y = relu of x: dropout is for training */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	EACH (e, work.n * {{out_size}})
		y[e] = real_max(x[e], 0);
}
