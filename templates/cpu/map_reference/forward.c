/* y = {{map_name}}(x), elementwise */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{out_size}} };

	for (int e = 0; e < SIZE; e++) {
		const real x = from[e];
		to[e] = {{map_forward}};
	}
}
