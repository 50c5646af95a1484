{{#np}}
const real part = 1 / ((real)work->total * (real)({{group_out_size}} / {{out_c}}));
SCRATCH(struct normalise_gradient, through, THROUGH, ({{out_c}} + LANES - 1) / LANES);
for (int c = 0; c < {{out_c}}; c += LANES)
	through[c / LANES] = normalise_gradient(norm_out, total, part, c, {{out_c}});
{{/np}}
