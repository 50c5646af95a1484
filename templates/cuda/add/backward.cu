/* Each input's gradient is the output's */
KERNEL {{function}}({{parameters}})
{
	EACH (e, work.n * {{out_size}}) {
		{{#inputs}}
		{{#dx}}
		dx{{index}}[e] {{assign}} dy[e];
		{{/dx}}
		{{/inputs}}
	}
}
