{{>cpu/normalise/before.c}}
{{>cpu/winograd/gradient.c}}

/* From y, saved (see forward) and dy, with dz = dy before {{#mask}}dropout, {{/mask}}pooling, activation:
 * sums += x * dz{{#w1}}, bias_sums[o] += sum of dz{{/w1}}{{#dx0}}, dx {{assign0}} dz * kernel, pack being the kernel{{/dx0}}; only where dz is not zero. */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/winograd_sparse/shape.c}}
	const int band = sparse_band(s) * sparse_width(s), pixels = sparse_height(s) * sparse_width(s);
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	struct sparse_lists lists;
	real *padded_x = sparse_lists(s, scratch, &lists);
	{{>cpu/normalise/input.c}}
	x = sparse_inputs(s, in, padded_x);
	SCRATCH_ZEROS(vec, bias_sum, BIAS, (OUT_C + LANES - 1) / LANES);
	{{>cpu/normalise/behind.c}}
	{{>cpu/winograd/scale.c}}

	(void)work;
	{{#gate}}
	(void)y;
	{{/gate}}
	(void)pack;
	for (int first = 0; first < pixels; first += band) {
		memset(lists.channel_counts, 0, sizeof *lists.channel_counts * OUT_C);
		for (int pixel = first; pixel < first + band && pixel < pixels; pixel++) {
			const ptrdiff_t at = (ptrdiff_t)pixel * OUT_C, byte = at;
			SCRATCH(real, dz, ROW, (OUT_C + LANES - 1) / LANES * LANES);
			for (int c = 0; c < OUT_C; c += LANES) {
				{{>cpu/winograd/dz.c}}
				bias_sum[c / LANES] += d;
				(void)which;
				vec_store(dz + c, d);
			}
			sparse_window(s, pixel, dz, bytes + at, lists);
		}
		sparse_weights(s, x, lists, sums);
	}
	{{#dx0}}
	sparse_data(s, lists, pack, padded_x + sparse_inputs_size(s), dx, {{#first0}}false{{/first0}}{{^first0}}true{{/first0}});
	{{/dx0}}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(bias_sums, vec_load_channels(bias_sums, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
}
