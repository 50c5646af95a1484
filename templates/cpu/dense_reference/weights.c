/* d_kernel[i][o] = sum over samples of x[i] * dy[o]{{#w1}}, d_bias[o] = sum of dy[o]{{/w1}}; a tile is ROWS rows of the kernel */
NOINLINE void {{function}}({{parameters}})
{
	enum { IN = {{in_size}}, OUT = {{out_size}}, ROWS = 64 };
	const int begin = tile * ROWS, end = begin + ROWS < IN ? begin + ROWS : IN;

	memset(d_kernel + (size_t)begin * OUT, 0, sizeof *d_kernel * (size_t)(end - begin) * OUT);
	{{#w1}}
	if (tile == 0)
		memset(d_bias, 0, sizeof *d_bias * OUT);
	{{/w1}}
	for (int n = 0; n < work->n; n++, x += SAMPLE, dy += SAMPLE) {
		for (int c = begin; c < end; c++)
			for (int o = 0; o < OUT; o++)
				d_kernel[(size_t)c * OUT + o] += x[c] * dy[o];
		{{#w1}}
		if (tile == 0)
			for (int o = 0; o < OUT; o++)
				d_bias[o] += dy[o];
		{{/w1}}
	}
}
