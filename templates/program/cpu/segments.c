		{{#segments}}
		{{#pass}}
#pragma omp for schedule(dynamic, 1)
		for (int slot = 0; slot < slots; slot++)
			{{pass_name}}(work, slot);
		{{/pass}}
		{{#tile}}
		{{#steps}}
		/* {{provenance}} */
#pragma omp for schedule(dynamic, 1){{#nowait}} nowait{{/nowait}}
		for (int tile = 0; tile < {{tiles}}; tile++)
			{{call}};
		{{#several_hosts}}
		{{#shared}}
#pragma omp single
		if (work->share)
			work->share(work, {{shared_place}}, {{shared_count}});
		{{/shared}}
		{{/several_hosts}}
		{{/steps}}
		{{/tile}}
		{{/segments}}
