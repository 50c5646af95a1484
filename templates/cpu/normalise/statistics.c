/* Adds a sample's mean and squared deviations, one pair a channel, to the slot's: moments = mean[CHANNELS], squares[CHANNELS].
 * slot_index samples are in already. */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise/shape.c}}
	const struct normalise s = {PIXELS, CHANNELS};
	SCRATCH(struct normalise_sums, own, SUMS, (CHANNELS + LANES - 1) / LANES);

	normalise_account(s, 0, PIXELS, x, moments, slot_index, own);
	normalise_end(s, slot_index, own, moments);
}
