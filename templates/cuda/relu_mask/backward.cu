/* dx {{assign0}} dy / (1 - rate) where y is above 0: there relu passes, and forward kept x */
KERNEL {{function}}({{parameters}})
{
	const real scale = (real)(1 / (1 - {{#mask}}{{rate}}{{/mask}}));

	EACH (e, work.n * {{out_size}})
		dx[e] {{assign0}} y[e] > 0 ? dy[e] * scale : 0;
}
