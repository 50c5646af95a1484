/* Adds a sample's mean and squared deviations, one pair a length, to the slot's: sums = mean[LENGTH], squares[LENGTH].
 * Pairwise as in Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979;
 * slot_index samples of COUNT numbers each are in already. The scratch holds the sample's own two: [2][LENGTH]. */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise_reference/shape.c}}
	real *mean = sums, *squares = sums + LENGTH, *own = scratch, *own_squares = own + LENGTH;

	memset(own, 0, sizeof *own * 2 * LENGTH);
	for (int o = 0; o < OUTER; o++)
		for (int l = 0; l < LENGTH; l++)
			for (int i = 0; i < INNER; i++)
				own[l] += x[(o * LENGTH + l) * INNER + i];
	for (int l = 0; l < LENGTH; l++)
		own[l] /= COUNT;
	for (int o = 0; o < OUTER; o++)
		for (int l = 0; l < LENGTH; l++)
			for (int i = 0; i < INNER; i++) {
				const real d = x[(o * LENGTH + l) * INNER + i] - own[l];
				own_squares[l] += d * d;
			}
	for (int l = 0; l < LENGTH; l++) {
		const real delta = own[l] - mean[l];
		mean[l] += delta / (real)(slot_index + 1);
		squares[l] += own_squares[l] + delta * delta * (real)COUNT * (real)slot_index / (real)(slot_index + 1);
	}
}
