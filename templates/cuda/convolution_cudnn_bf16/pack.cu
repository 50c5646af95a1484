/* pack[o][kh][kw][i] = kernel[kh][kw][i][o], rounded to bfloat16: the order that cuDNN reads */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ kernel, bf16 *__restrict__ pack)
{
	enum { PLACES = {{kernel_h}} * {{kernel_w}} * {{in_c}}, OUT_C = {{out_c}} };

	(void)work;
	EACH (e, PLACES * OUT_C)
		pack[e] = to_bf16(kernel[e % PLACES * OUT_C + e / PLACES]);
}
