/* y[o][l][i] = exp(x[o][l][i] - max) / sum over l; the largest is taken off so that exp cannot overflow */
KERNEL {{function}}({{parameters}})
{
	enum { OUTER = {{outer}}, LENGTH = {{length}}, INNER = {{inner}} };

	EACH (e, work.n * OUTER * INNER) {
		const real *from = x + e / INNER * LENGTH * INNER + e % INNER;
		real *to = y + e / INNER * LENGTH * INNER + e % INNER;
		real most = from[0], sum = 0;
		for (int l = 1; l < LENGTH; l++)
			most = real_max(most, from[l * INNER]);
		for (int l = 0; l < LENGTH; l++)
			sum += to[l * INNER] = real_exp(from[l * INNER] - most);
		for (int l = 0; l < LENGTH; l++)
			to[l * INNER] /= sum;
	}
}
