/* y = the sum of {{inputs_count}} inputs, elementwise */
KERNEL {{function}}({{parameters}})
{
	EACH (e, work.n * {{out_size}})
		y[e] = 0{{#inputs}} + x{{index}}[e]{{/inputs}};
}
