/* Adds a sample's mean and squared deviations, one pair a length, to the slot's: sums = mean[LENGTH], squares[LENGTH].
 * Pairwise as in Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979;
 * j samples of COUNT numbers each are in already. */
static void {{function}}(const real *restrict x, real *restrict sums, int j)
{
{{>cpu/normalise_reference/shape.c}}
	real *mean = sums, *squares = sums + LENGTH;

	for (int l = 0; l < LENGTH; l++) {
		real sum = 0, square = 0;
		for (int o = 0; o < OUTER; o++)
			for (int i = 0; i < INNER; i++)
				sum += x[(o * LENGTH + l) * INNER + i];
		const real own = sum / COUNT;
		for (int o = 0; o < OUTER; o++)
			for (int i = 0; i < INNER; i++) {
				const real d = x[(o * LENGTH + l) * INNER + i] - own;
				square += d * d;
			}
		const real delta = own - mean[l];
		mean[l] += delta / (real)(j + 1);
		squares[l] += square + delta * delta * (real)COUNT * (real)j / (real)(j + 1);
	}
}
