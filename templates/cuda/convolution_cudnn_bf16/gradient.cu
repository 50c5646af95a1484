/* dy{{#map}} * {{map_name}}'(x), from y{{/map}}, rounded to bfloat16 for cuDNN */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{group_out_size}}, OUT_C = {{out_c}} };
	{{>cuda/convolution/gradient.cu}}

	(void)output;
	EACH (e, work.n * SIZE)
		rounded[e] = to_bf16(gradient(e % OUT_C, e / OUT_C));
}
