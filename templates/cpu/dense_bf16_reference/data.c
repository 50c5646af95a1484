/* dx[i] {{assign0}} sum over o of bf16(dy[o]) * bf16(kernel[i][o]) */
NOINLINE void {{function}}({{parameters}})
{
	enum { IN = {{in_size}}, OUT = {{out_size}} };

	for (int c = 0; c < IN; c++) {
		real sum = 0;
		for (int o = 0; o < OUT; o++)
			sum += real_bf16(dy[o]) * real_bf16(kernel[(size_t)c * OUT + o]);
		dx[c] {{assign0}} sum;
	}
}
