/* The pack of the batch's statistics; moves the moving averages: moving = moving * momentum + batch's * (1 - momentum), with the
 * biased variance, as Keras 3 does. */
NOINLINE void {{function}}({{parameters}})
{
	enum { CHANNELS = {{length}} };
	const real momentum = (real)({{momentum}});

	(void)work;
	(void)tile;
	normalise_pack(CHANNELS, (real)({{epsilon}}), mean, variance, {{#w0}}gamma{{/w0}}{{^w0}}NULL{{/w0}}, {{#w1}}beta{{/w1}}{{^w1}}NULL{{/w1}}, pack);
	for (int c = 0; c < CHANNELS; c++) {
		moving_mean[c] = moving_mean[c] * momentum + mean[c] * (1 - momentum);
		moving_variance[c] = moving_variance[c] * momentum + variance[c] * (1 - momentum);
	}
}
