/* y = x: dropout is for training */
NOINLINE void {{function}}(const real *restrict x, real *restrict y)
{
	memcpy(y, x, sizeof *y * {{out_size}});
}
