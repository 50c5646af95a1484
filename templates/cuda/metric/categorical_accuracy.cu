/* 1 when the largest output (the first of equals) is the label's, else 0 */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		int best = 0;

		for (int c = 1; c < SIZE; c++)
			if (p[c] > p[best])
				best = c;
		metric[i] = best == (int)label;
	}
}
