/* dx {{assign0}} dy * {{map_name}}'(x), from y */
NOINLINE void {{function}}(const real *restrict output, const real *restrict d_output, real *restrict dx)
{
	enum { SIZE = {{out_size}} };

	for (int e = 0; e < SIZE; e++) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dx[e] {{assign0}} {{map_backward}};
	}
}
