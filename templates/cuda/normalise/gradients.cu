/* Merges the slots' sums in order: total = sum of dy[LENGTH], sum of dy * normalised x[LENGTH], of all GPUs. Those of this
 * GPU are its part of{{#w1}} d_beta{{/w1}}{{#w0}} and d_gamma{{/w0}}. */
KERNEL {{function}}({{parameters}})
{
	enum { LENGTH = {{length}} };
	const int slots = rt_cuda_slot_count(work.total);

	EACH (l, LENGTH) {
		real plain = 0, with = 0, own_plain = 0, own_with = 0;
		for (int s = 0; s < slots; s++) {
			const bool own = s >= work.slot_first && s < work.slot_first + work.slots;
			plain += sums[s * 2 * LENGTH + l];
			with += sums[s * 2 * LENGTH + LENGTH + l];
			own_plain += own ? sums[s * 2 * LENGTH + l] : 0;
			own_with += own ? sums[s * 2 * LENGTH + LENGTH + l] : 0;
		}
		total[l] = plain;
		total[LENGTH + l] = with;
		{{#w0}}
		d_gamma[l] = own_with;
		{{/w0}}
		{{#w1}}
		d_beta[l] = own_plain;
		{{/w1}}
	}
}
