/* y = {{#map}}{{map_name}} of {{/map}}cuDNN's sums, which it rounded to bfloat16{{#w1}}, + bias{{/w1}} */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{group_out_size}}, OUT_C = {{out_c}} };

	EACH (e, work.n * SIZE) {
		const real x = from_bf16(rounded[e]){{#w1}} + bias[e % OUT_C]{{/w1}};
		y[e] = {{#map}}{{map_forward}}{{/map}}{{^map}}x{{/map}};
	}
}
