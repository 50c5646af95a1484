/* The pack of the moving averages */
NOINLINE void {{function}}({{parameters}})
{
	(void)tile;
	normalise_pack({{length}}, (real)({{epsilon}}), moving_mean, moving_variance, {{#w0}}gamma{{/w0}}{{^w0}}NULL{{/w0}}, {{#w1}}beta{{/w1}}{{^w1}}NULL{{/w1}}, pack);
}
