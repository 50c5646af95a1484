/* y = the batch's samples from the data set, scaled, channels innermost */
KERNEL {{function}}({{parameters}})
{
	enum { PIXELS = {{out_h}} * {{out_w}}, CHANNELS = {{out_c}}, SIZE = PIXELS * CHANNELS };
	const real scale = (real)({{scale}});

	EACH (e, work.n * SIZE) {
		const long long from = data_sample(work, e / SIZE) * SIZE;
		const int p = (e % SIZE) / CHANNELS, c = e % CHANNELS;
		const long long at = from + {{#channels_first}}c * PIXELS + p{{/channels_first}}{{^channels_first}}p * CHANNELS + c{{/channels_first}};
		y[e] = scale * (work.bytes ? (real)work.bytes[at] : (real)work.floats[at]);
	}
}
