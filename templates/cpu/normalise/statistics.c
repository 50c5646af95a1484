/* Adds a sample's mean and squared deviations, one pair a channel, to the slot's: sums = mean[CHANNELS], squares[CHANNELS]; j
 * samples are in already. */
NOINLINE void {{function}}(const real *restrict x, real *restrict sums, int j)
{
	{{>cpu/normalise/shape.c}}

	normalise_statistics((struct normalise){PIXELS, CHANNELS}, x, sums, sums + CHANNELS, j);
}
