/* d_kernel[kh][kw][i][o] = rounded[o][kh][kw][i], as cuDNN writes it, in bfloat16 */
KERNEL {{function}}({{parameters}})
{
	enum { PLACES = {{kernel_h}} * {{kernel_w}} * {{in_c}}, OUT_C = {{out_c}} };

	(void)work;
	EACH (e, PLACES * OUT_C)
		d_kernel[e] = from_bf16(rounded[e % OUT_C * PLACES + e / OUT_C]);
}
