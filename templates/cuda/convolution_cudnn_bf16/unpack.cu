/* d_kernel[kh][kw][i][o] = pack[o][kh][kw][i], as cuDNN writes it, in bfloat16 */
KERNEL {{function}}(struct rt_cuda_work work, const bf16 *__restrict__ pack, real *__restrict__ d_kernel)
{
	enum { PLACES = {{kernel_h}} * {{kernel_w}} * {{in_c}}, OUT_C = {{out_c}} };

	(void)work;
	EACH (e, PLACES * OUT_C)
		d_kernel[e] = from_bf16(pack[e % OUT_C * PLACES + e / OUT_C]);
}
