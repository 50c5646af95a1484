/* rounded[o][kh][kw][i] = kernel[kh][kw][i][o], rounded to bfloat16: the order that cuDNN reads */
KERNEL {{function}}({{parameters}})
{
	enum { PLACES = {{kernel_h}} * {{kernel_w}} * {{in_c}}, OUT_C = {{out_c}} };

	(void)work;
	EACH (e, PLACES * OUT_C)
		rounded[e] = to_bf16(kernel[e % PLACES * OUT_C + e / PLACES]);
}
