/* y = {{map_name}}(x), elementwise */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}} };

	EACH (e, work.n * SIZE) {
		const real x = from[e];
		to[e] = {{map_forward}};
	}
}
