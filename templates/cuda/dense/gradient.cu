/* the gradient at output o of sample n{{#map}}, through {{map_name}}{{/map}} */
auto gradient = [=](int o, int n) -> real {
	const real dy = d_output[n * OUT + o];
	{{#map}}
	const real y = output[n * OUT + o];
	(void)y;
	{{/map}}
	return {{#map}}{{map_backward}}{{/map}}{{^map}}dy{{/map}};
};
