vec_mask which = {0};
{{#max_pool}}
const real *from = rows + w * 2 * OUT_C;
vec out = vec_largest(vec_load_channels(from, c, OUT_C), vec_load_channels(from + OUT_C, c, OUT_C),
	vec_load_channels(from + OUT_W * OUT_C, c, OUT_C), vec_load_channels(from + (OUT_W + 1) * OUT_C, c, OUT_C), &which);
{{/max_pool}}
{{^max_pool}}
vec out = vec_load_channels(rows + w * OUT_C, c, OUT_C);
{{/max_pool}}
