/* y = {{map_name}}(x), elementwise */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ from, real *__restrict__ to)
{
	enum { SIZE = {{out_size}} };

	EACH (e, work.n * SIZE) {
		const real x = from[e];
		to[e] = {{map_forward}};
	}
}
