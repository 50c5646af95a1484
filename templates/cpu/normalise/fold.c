/* The pack of the moving averages */
NOINLINE void {{function}}({{#w0}}const real *restrict gamma, {{/w0}}{{#w1}}const real *restrict beta, {{/w1}}const real *restrict moving_mean,
	const real *restrict moving_variance, real *restrict pack, int tile)
{
	(void)tile;
	normalise_pack({{length}}, (real)({{epsilon}}), moving_mean, moving_variance, {{#w0}}gamma{{/w0}}{{^w0}}NULL{{/w0}}, {{#w1}}beta{{/w1}}{{^w1}}NULL{{/w1}}, pack);
}
