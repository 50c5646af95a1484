		const int n = first + block <= tiles ? block : rest;
		winograd_inputs(s, x, first, n, block, v);
		if (n == block)
			winograd_products(IN_C, OUT_C, block, block, v, pack, m);
		else
			winograd_products(IN_C, OUT_C, rest, block, v, pack, m);
