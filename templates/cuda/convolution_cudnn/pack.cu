/* pack[o][kh][kw][i] = kernel[kh][kw][i][o]: the order that cuDNN reads */
KERNEL {{function}}({{parameters}})
{
	enum { PLACES = {{kernel_h}} * {{kernel_w}} * {{in_c}}, OUT_C = {{out_c}} };

	EACH (e, PLACES * OUT_C)
		pack[e] = kernel[e % PLACES * OUT_C + e / PLACES];
}
