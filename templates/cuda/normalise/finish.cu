/* Merges the slots' statistics in order into batch = mean[LENGTH], 1 / sqrt(variance + epsilon)[LENGTH], and moves the
 * moving averages: moving = moving * momentum + batch * (1 - momentum), with the biased variance, as Keras 3 does. Pairwise
 * as in Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979. */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/normalise/shape.cu}}
	const real epsilon = (real)({{epsilon}}), momentum = (real)({{momentum}});
	const int slots = rt_cuda_slot_count(work.total);

	EACH (l, LENGTH) {
		real mean = 0, squares = 0, before = 0;
		for (int s = 0; s < slots; s++) {
			const real *slot = sums + s * 2 * LENGTH;
			const real here = (real)(rt_cuda_slot_begin(work.total, s + 1) - rt_cuda_slot_begin(work.total, s)), all = before + here;
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
