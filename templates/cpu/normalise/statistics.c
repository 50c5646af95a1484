/* Adds a sample's mean and squared deviations, one pair a channel, to the slot's: moments = mean[CHANNELS], squares[CHANNELS]; j
 * samples are in already. */
NOINLINE void {{function}}(const real *restrict x, real *restrict moments, int j)
{
	{{>cpu/normalise/shape.c}}
	const struct normalise s = {PIXELS, CHANNELS};
	SCRATCH(struct normalise_sums, own, SUMS, (CHANNELS + LANES - 1) / LANES);

	normalise_account(s, 0, PIXELS, x, moments, j, own);
	normalise_end(s, j, own, moments);
}
