/* dy{{#map}} * {{map_name}}'(x), from y{{/map}}, rounded to bfloat16 for cublasLt */
KERNEL {{function}}({{parameters}})
{
	enum { OUT = {{out_size}} };
	{{>cuda/dense/gradient.cu}}

	(void)output;
	EACH (e, work.n * OUT)
		rounded[e] = to_bf16(gradient(e % OUT, e / OUT));
}
