/* Merges the slots' sums in order: total = sum of dy[LENGTH], sum of dy * normalised x[LENGTH]; these are also{{#w1}}
 * d_beta{{/w1}}{{#w0}} and d_gamma{{/w0}} */
KERNEL {{function}}(struct rt_cuda_work work, const real *__restrict__ sums, real *__restrict__ total{{#w0}},
	real *__restrict__ d_gamma{{/w0}}{{#w1}}, real *__restrict__ d_beta{{/w1}})
{
	enum { LENGTH = {{length}} };
	const int slots = rt_cuda_slot_count(work.n);

	EACH (l, LENGTH) {
		real plain = 0, with = 0;
		for (int s = 0; s < slots; s++) {
			plain += sums[(size_t)s * SLOT + l];
			with += sums[(size_t)s * SLOT + LENGTH + l];
		}
		total[l] = plain;
		total[LENGTH + l] = with;
		{{#w0}}
		d_gamma[l] = with;
		{{/w0}}
		{{#w1}}
		d_beta[l] = plain;
		{{/w1}}
	}
}
