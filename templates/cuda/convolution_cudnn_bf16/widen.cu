/* dx {{assign0}} what cuDNN gave in bfloat16 */
KERNEL {{function}}({{parameters}})
{
	EACH (e, work.n * {{in_size}})
		dx[e] {{assign0}} from_bf16(rounded[e]);
}
