/* dx[o][l][i] {{assign0}} y * (dy - sum over l of dy * y) */
KERNEL {{function}}({{parameters}})
{
	enum { OUTER = {{outer}}, LENGTH = {{length}}, INNER = {{inner}} };

	EACH (e, work.n * OUTER * INNER) {
		const int base = e / INNER * LENGTH * INNER + e % INNER;
		real dot = 0;
		for (int l = 0; l < LENGTH; l++)
			dot += dy[base + l * INNER] * y[base + l * INNER];
		for (int l = 0; l < LENGTH; l++)
			dx[base + l * INNER] {{assign0}} y[base + l * INNER] * (dy[base + l * INNER] - dot);
	}
}
