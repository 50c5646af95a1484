/* batch = mean[LENGTH], 1 / sqrt(variance + epsilon)[LENGTH]; moves the moving averages: moving = moving * momentum +
 * batch's * (1 - momentum), with the biased variance, as Keras 3 does. */
NOINLINE void {{function}}({{parameters}})
{
	enum { LENGTH = {{length}} };
	const real epsilon = (real)({{epsilon}}), momentum = (real)({{momentum}});

	(void)work;
	(void)tile;
	for (int l = 0; l < LENGTH; l++) {
		batch[l] = mean[l];
		batch[LENGTH + l] = 1 / real_sqrt(variance[l] + epsilon);
		moving_mean[l] = moving_mean[l] * momentum + mean[l] * (1 - momentum);
		moving_variance[l] = moving_variance[l] * momentum + variance[l] * (1 - momentum);
	}
}
