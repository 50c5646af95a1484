/* loss = mean of (p - t)^2 */
NOINLINE void {{function}}({{parameters}})
{
	enum { SIZE = {{in_size}} };
	real sum = 0;

	for (int c = 0; c < SIZE; c++) {
		{{>cpu/loss_reference/target.c}}
		sum += (p[c] - t) * (p[c] - t);
	}
	*loss = sum / SIZE;
}
