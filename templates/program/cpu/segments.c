	{{#segments}}
	{{#pass}}
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		{{pass_name}}(work, slot);
	rt_team_wait();
	{{/pass}}
	{{#tile}}
	{{#steps}}
	/* {{provenance}} */
	for (int tile; (tile = rt_team_next({{tiles}})) >= 0;)
		{{call}};
	{{^nowait}}
	rt_team_wait();
	{{/nowait}}
	{{#several_hosts}}
	{{#shared}}
	if (work->share && rt_team_number() == 0)
		work->share(work, {{shared_place}}, {{shared_count}});
	rt_team_wait();
	{{/shared}}
	{{/several_hosts}}
	{{/steps}}
	{{/tile}}
	{{/segments}}
