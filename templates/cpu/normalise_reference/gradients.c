/* Merges the slots' sums in order: total = sum of dy[LENGTH], sum of dy * normalised x[LENGTH], over this host's samples; these are also{{#w1}}
 * d_beta{{/w1}}{{#w0}} and d_gamma{{/w0}} */
NOINLINE void {{function}}({{parameters}})
{
	enum { LENGTH = {{length}} };
	const int slots = rt_slot_count(work->n);

	(void)tile;
	for (int l = 0; l < 2 * LENGTH; l++) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + (size_t)l];
		total[l] = sum;
	}
	{{#w0}}
	memcpy(d_gamma, total + LENGTH, sizeof *d_gamma * LENGTH);
	{{/w0}}
	{{#w1}}
	memcpy(d_beta, total, sizeof *d_beta * LENGTH);
	{{/w1}}
}
