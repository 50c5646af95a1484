		const int n = first + block <= tiles ? block : rest;
		winograd_inputs(s, x, first, n, block, v);
