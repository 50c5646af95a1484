/* y[o] = {{#map}}{{map_name}} of {{/map}}{{#w1}}bias[o] + {{/w1}}sum of the parts */
KERNEL {{function}}({{parameters}})
{
	enum { OUT = {{out_size}}, PARTS = {{saved}} / OUT };

	EACH (e, work.n * OUT) {
		real x = {{#w1}}bias[e % OUT]{{/w1}}{{^w1}}0{{/w1}};
		for (int part = 0; part < PARTS; part++)
			x += parts[part * work.n * OUT + e];
		output[e] = {{#map}}{{map_forward}}{{/map}}{{^map}}x{{/map}};
	}
}
