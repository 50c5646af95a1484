/* loss = mean of -t * log(q) - (1 - t) * log(1 - q), q = clip(p, fuzz, 1 - fuzz): Keras 2.2.4's binary_crossentropy */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	const real fuzz = (real)({{fuzz}});

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		real sum = 0;

		for (int c = 0; c < SIZE; c++) {
			{{>cuda/loss/target.cu}}
			const real q = real_min(real_max(p[c], fuzz), 1 - fuzz);
			sum -= t * real_log(q) + (1 - t) * real_log(1 - q);
		}
		work.loss[i] = sum / SIZE;
	}
}
