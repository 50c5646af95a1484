/* The moving averages in the place of the batch's: mean[LENGTH], 1 / sqrt(variance + epsilon)[LENGTH] */
KERNEL {{function}}({{parameters}})
{
	enum { LENGTH = {{length}} };
	const real epsilon = (real)({{epsilon}});

	EACH (l, LENGTH) {
		batch[l] = moving_mean[l];
		batch[LENGTH + l] = 1 / real_sqrt(moving_variance[l] + epsilon);
	}
}
