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
		{{/steps}}
		{{/tile}}
		{{/segments}}
