/* Merges the slots' squared deviations, from their own means, in order: this host's part of variance[LENGTH], over the whole
 * batch and from its mean. */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/normalise_reference/shape.c}}
	const int slots = rt_slot_count(work->n);

	(void)tile;
	for (int l = 0; l < LENGTH; l++) {
		real sum = 0;
		for (int s = 0; s < slots; s++) {
			const real *slot = sums + (size_t)s * SLOT;
			const real samples = (real)(rt_slot_begin(work->n, s + 1) - rt_slot_begin(work->n, s)), delta = slot[l] - mean[l];
			sum += slot[LENGTH + l] + delta * delta * (real)COUNT * samples;
		}
		variance[l] = sum / ((real)work->total * (real)COUNT);
	}
}
