for (int r = 0; r < t.rows; r++)
	for (int c = 0; c < t.columns; c += LANES)
		vec_store_channels(y + (ptrdiff_t)(t.first_row + r) * SAMPLE + t.first, {{function}}_activation(vec_load(sums + r * width + c){{#w1}}
			+ vec_load_channels(bias + t.first, c, t.columns){{/w1}}), c, t.columns);
