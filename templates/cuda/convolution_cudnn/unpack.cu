/* d_kernel[kh][kw][i][o] = pack[o][kh][kw][i], as cuDNN writes it */
KERNEL {{function}}({{parameters}})
{
	enum { PLACES = {{kernel_h}} * {{kernel_w}} * {{in_c}}, OUT_C = {{out_c}} };

	EACH (e, PLACES * OUT_C)
		d_kernel[e] = pack[e % OUT_C * PLACES + e / OUT_C];
}
