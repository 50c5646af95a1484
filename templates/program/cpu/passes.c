{{#passes}}
/* {{#by_sample}}Samples of a slot, one after the other.{{/by_sample}}{{#by_slot}}Samples of a slot, all at once.{{/by_slot}} */
NOINLINE void {{pass_name}}(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	{{#thread}}
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;
	{{/thread}}
	{{#sums}}
	real *const sums = work->slots + (size_t)slot * SLOT;
	{{/sums}}

	{{#zero}}
	memset(sums + {{zero_from}}, 0, sizeof *sums * {{zero_count}});
	{{/zero}}
	{{#by_slot}}
	real *const sample = work->samples + (size_t)begin * SAMPLE;
	{{#steps}}
	/* {{provenance}} */
	{{call}};
	{{/steps}}
	{{/by_slot}}
	{{#by_sample}}
	for (int i = begin; i < end; i++) {
		{{#sample}}
		real *const sample = work->samples + (size_t)i * SAMPLE;
		{{/sample}}
		{{#label}}
		const float label = work->labels[work->index ? work->index[work->first + i] : work->first + i];
		{{/label}}
		{{#steps}}
		{{#traces_before}}
		if (work->trace)
			work->trace(work, {{layer}}, {{place}}, {{count}});
		{{/traces_before}}
		/* {{provenance}} */
		{{call}};
		{{#traces}}
		if (work->trace)
			work->trace(work, {{layer}}, {{place}}, {{count}});
		{{/traces}}
		{{/steps}}
	}
	{{/by_sample}}
}

{{/passes}}
