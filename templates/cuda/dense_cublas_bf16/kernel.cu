/* the kernel, rounded to bfloat16 for cublasLt */
KERNEL {{function}}({{parameters}})
{
	(void)work;
	EACH (e, {{in_size}} * {{out_size}})
		rounded[e] = to_bf16(kernel[e]);
}
