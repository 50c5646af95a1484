/* dz = dy * {{#map}}{{map_name}}{{/map}}'(x), from y */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{group_out_size}} };

	EACH (e, work.n * SIZE) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dz[e] = {{#map}}{{map_backward}}{{/map}};
	}
}
