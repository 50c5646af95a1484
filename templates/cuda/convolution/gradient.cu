/* the gradient at channel o of output pixel p{{#map}}, through {{map_name}}{{/map}} */
auto gradient = [=](int o, int p) -> real {
	const real dy = d_output[p * OUT_C + o];
	{{#map}}
	const real y = output[p * OUT_C + o];
	(void)y;
	{{/map}}
	return {{#map}}{{map_backward}}{{/map}}{{^map}}dy{{/map}};
};
