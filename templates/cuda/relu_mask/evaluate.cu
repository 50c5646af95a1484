/* y = relu of x: dropout is for training */
KERNEL {{function}}({{parameters}})
{
	EACH (e, work.n * {{out_size}})
		y[e] = real_max(x[e], 0);
}
