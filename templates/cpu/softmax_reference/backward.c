/* dx[o][l][i] {{assign0}} y * (dy - sum over l of dy * y) */
NOINLINE void {{function}}({{parameters}})
{
	enum { OUTER = {{outer}}, LENGTH = {{length}}, INNER = {{inner}} };

	for (int o = 0; o < OUTER; o++)
		for (int i = 0; i < INNER; i++) {
			const int base = o * LENGTH * INNER + i;
			real dot = 0;
			for (int l = 0; l < LENGTH; l++)
				dot += dy[base + l * INNER] * y[base + l * INNER];
			for (int l = 0; l < LENGTH; l++)
				dx[base + l * INNER] {{assign0}} y[base + l * INNER] * (dy[base + l * INNER] - dot);
		}
}
