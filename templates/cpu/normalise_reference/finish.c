/* Merges the slots' statistics in order into batch = mean[LENGTH], 1 / sqrt(variance + epsilon)[LENGTH], and moves the
 * moving averages: moving = moving * momentum + batch * (1 - momentum), with the biased variance, as Keras 3 does. */
static void {{function}}(const struct rt_work *work, const real *restrict sums, real *restrict moving_mean,
	real *restrict moving_variance, real *restrict batch, int tile)
{
	{{>cpu/normalise_reference/shape.c}}
	const real epsilon = (real)({{epsilon}}), momentum = (real)({{momentum}});
	const int slots = rt_slot_count(work->n);

	(void)tile;
	for (int l = 0; l < LENGTH; l++) {
		real mean = 0, squares = 0, before = 0;
		for (int s = 0; s < slots; s++) {
			const real *slot = sums + (size_t)s * SLOT;
			const real here = (real)(rt_slot_begin(work->n, s + 1) - rt_slot_begin(work->n, s)), all = before + here;
			const real delta = slot[l] - mean;
			mean += delta * here / all;
			squares += slot[LENGTH + l] + delta * delta * (real)COUNT * before * here / all;
			before = all;
		}
		const real variance = squares / (before * (real)COUNT);
		batch[l] = mean;
		batch[LENGTH + l] = 1 / real_sqrt(variance + epsilon);
		moving_mean[l] = moving_mean[l] * momentum + mean * (1 - momentum);
		moving_variance[l] = moving_variance[l] * momentum + variance * (1 - momentum);
	}
}
