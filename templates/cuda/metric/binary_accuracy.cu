/* The share of outputs that round to their target; .5 rounds to even, as TensorFlow's round */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		int hits = 0;

		for (int c = 0; c < SIZE; c++) {
			{{>cuda/loss/target.cu}}
			hits += (real)rint((double)p[c]) == t;
		}
		metric[i] = (real)hits / SIZE;
	}
}
