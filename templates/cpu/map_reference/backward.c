/* dx {{assign0}} dy * {{map_name}}'(x), from y */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}} };

	for (int e = 0; e < SIZE; e++) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dx[e] {{assign0}} {{map_backward}};
	}
}
