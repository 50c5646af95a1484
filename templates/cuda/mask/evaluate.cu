/* y = x: dropout is for training */
KERNEL {{function}}({{parameters}})
{
	EACH (e, work.n * {{out_size}})
		y[e] = x[e];
}
