/* loss = mean of (p - t)^2 */
KERNEL {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		real sum = 0;

		for (int c = 0; c < SIZE; c++) {
			{{>cuda/loss/target.cu}}
			sum += (p[c] - t) * (p[c] - t);
		}
		work.loss[i] = sum / SIZE;
	}
}
