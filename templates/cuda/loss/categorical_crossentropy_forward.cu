/* loss = -log(clip(p[label] / sum of p, fuzz, 1 - fuzz)): Keras 2.2.4's categorical_crossentropy of probabilities */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	const real fuzz = (real)({{fuzz}});

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		real sum = 0;

		for (int c = 0; c < SIZE; c++)
			sum += p[c];
		work.loss[i] = -real_log(real_min(real_max(p[(int)label] / sum, fuzz), 1 - fuzz));
	}
}
