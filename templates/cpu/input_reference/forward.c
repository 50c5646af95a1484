/* y[h][w][c] = scale * the sample as read{{#channels_first}}, which has its channels first{{/channels_first}} */
NOINLINE void {{function}}({{parameters}})
{
	enum { PIXELS = {{out_h}} * {{out_w}}, CHANNELS = {{out_c}}, SIZE = PIXELS * CHANNELS };
	const real scale = (real)({{scale}});
	const size_t from = (size_t)(work->index ? work->index[work->first + sample] : work->first + sample) * SIZE;

	for (int p = 0; p < PIXELS; p++)
		for (int c = 0; c < CHANNELS; c++) {
			const int e = {{#channels_first}}c * PIXELS + p{{/channels_first}}{{^channels_first}}p * CHANNELS + c{{/channels_first}};
			y[p * CHANNELS + c] = scale * (work->bytes ? (real)work->bytes[from + e] : (real)work->floats[from + e]);
		}
}
