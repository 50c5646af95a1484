/* the inputs, rounded to bfloat16 for NVIDIA's libraries */
KERNEL {{function}}({{parameters}})
{
	EACH (e, work.n * {{in_size}})
		rounded[e] = to_bf16(x[e]);
}
