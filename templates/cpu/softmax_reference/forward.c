/* y[o][l][i] = exp(x[o][l][i] - max) / sum over l; the largest is taken off so that exp cannot overflow */
NOINLINE void {{function}}({{parameters}})
{
	enum { OUTER = {{outer}}, LENGTH = {{length}}, INNER = {{inner}} };

	for (int o = 0; o < OUTER; o++)
		for (int i = 0; i < INNER; i++) {
			const real *from = x + o * LENGTH * INNER + i;
			real *to = y + o * LENGTH * INNER + i;
			real most = from[0], sum = 0;
			for (int l = 1; l < LENGTH; l++)
				most = real_max(most, from[l * INNER]);
			for (int l = 0; l < LENGTH; l++)
				sum += to[l * INNER] = real_exp(from[l * INNER] - most);
			for (int l = 0; l < LENGTH; l++)
				to[l * INNER] /= sum;
		}
}
