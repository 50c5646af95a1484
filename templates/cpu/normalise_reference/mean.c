/* Merges the slots' means in order: this host's part of mean[LENGTH], the mean over the whole batch. */
NOINLINE void {{function}}({{parameters}})
{
	enum { LENGTH = {{length}} };
	const int slots = rt_slot_count(work->n);

	(void)tile;
	for (int l = 0; l < LENGTH; l++) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + (size_t)l] * (real)(rt_slot_begin(work->n, s + 1) - rt_slot_begin(work->n, s));
		mean[l] = sum / (real)work->total;
	}
}
