/* dx {{assign0}} dy * {{map_name}}'(x), from y */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}} };

	EACH (e, work.n * SIZE) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dx[e] {{assign0}} {{map_backward}};
	}
}
