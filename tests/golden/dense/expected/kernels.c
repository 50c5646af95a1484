/* dense: one function for each distinct kernel. Written by trainc 0.1.0 from spec.yaml.
 *
 * Included by step.c, and so compiled once for each instruction set. Shapes are constants. SAMPLE kernels work on one
 * sample; those that end in a tile work on a part of the batch or of the weights.
 */

/* y[h][w][c] = scale * the sample as read */
NOINLINE void input_reference_forward_1(const struct rt_work *work, int i, real *restrict y)
{
	enum { PIXELS = 1 * 1, CHANNELS = 13, SIZE = PIXELS * CHANNELS };
	const real scale = (real)(1.0);
	const size_t from = (size_t)(work->index ? work->index[work->first + i] : work->first + i) * SIZE;

	for (int p = 0; p < PIXELS; p++)
		for (int c = 0; c < CHANNELS; c++) {
			const int e = p * CHANNELS + c;
			y[p * CHANNELS + c] = scale * (work->bytes ? (real)work->bytes[from + e] : (real)work->floats[from + e]);
		}
}


/* y[o] = bias[o] + sum over i of x[i] * kernel[i][o]; a tile is a thread's part of the batch, of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_forward_1(const struct rt_work *work, const real *restrict x, const real *restrict kernel,
	const real *restrict bias, real *restrict y, int tile)
{
	dense_forward(13, 20, work->n, work->thread_count, SAMPLE, x, kernel, bias, y, tile);
}


/* y = tanh(x), elementwise */
NOINLINE void map_reference_forward_1(const real *restrict from, real *restrict to)
{
	enum { SIZE = 20 };

	for (int e = 0; e < SIZE; e++) {
		const real x = from[e];
		to[e] = real_tanh(x);
	}
}


/* y = x / (1 - rate) where kept, 0 where dropped: element e is dropped when its random number is below rate */
NOINLINE void mask_reference_forward_1(const struct rt_work *work, int i, const real *restrict x, real *restrict y)
{
	enum { SIZE = 20, STREAM = 2, BLOCK = 16 * PHILOX_BLOCK };
	const struct philox random = philox_of(work->seed, STREAM, work->step, (uint32_t)(work->batch_offset + i));
	const double rate = work->hyperparameters[HYPERPARAMETER_keep];
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));
	uint32_t words[BLOCK];

	for (int from = 0; from < SIZE; from += BLOCK) {
		const int count = SIZE - from < BLOCK ? SIZE - from : BLOCK;
		philox_words(&random, (uint32_t)from, (uint32_t)count, words);
		for (int e = 0; e < count; e++)
			y[from + e] = words[e] < below ? 0 : x[from + e] * scale;
	}
}


/* y[o] = bias[o] + sum over i of x[i] * kernel[i][o]; a tile is a thread's part of the batch, of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_forward_2(const struct rt_work *work, const real *restrict x, const real *restrict kernel,
	const real *restrict bias, real *restrict y, int tile)
{
	dense_forward(20, 1, work->n, work->thread_count, SAMPLE, x, kernel, bias, y, tile);
}


/* y = sigmoid(x), elementwise */
NOINLINE void map_reference_forward_2(const real *restrict from, real *restrict to)
{
	enum { SIZE = 1 };

	for (int e = 0; e < SIZE; e++) {
		const real x = from[e];
		to[e] = 1 / (1 + real_exp(-x));
	}
}


/* loss = mean of -t * log(q) - (1 - t) * log(1 - q), q = clip(p, fuzz, 1 - fuzz): Keras 2.2.4's binary_crossentropy */
NOINLINE void loss_reference_binary_crossentropy_forward_1(const real *restrict p, float label, real *restrict loss)
{
	enum { SIZE = 1 };
	const real fuzz = (real)(1e-07);
	real sum = 0;

	for (int c = 0; c < SIZE; c++) {
		const real t = (real)label;
		const real q = real_min(real_max(p[c], fuzz), 1 - fuzz);
		sum -= t * real_log(q) + (1 - t) * real_log(1 - q);
	}
	*loss = sum / SIZE;
}


/* The share of outputs that round to their target; .5 rounds to even, as TensorFlow's round */
NOINLINE void metric_binary_accuracy_1(const real *restrict p, float label, real *restrict metric)
{
	enum { SIZE = 1 };
	int hits = 0;

	for (int c = 0; c < SIZE; c++) {
		const real t = (real)label;
		hits += (real)rint((double)p[c]) == t;
	}
	*metric = (real)hits / SIZE;
}


/* dp[c] = (p - t) / (p * (1 - p)) / (SIZE * batch), and 0 where the clip holds */
NOINLINE void loss_reference_binary_crossentropy_backward_1(const struct rt_work *work, const real *restrict p, float label, real *restrict dp)
{
	enum { SIZE = 1 };
	const real fuzz = (real)(1e-07), part = 1 / ((real)work->total * SIZE);

	for (int c = 0; c < SIZE; c++) {
		const real t = (real)label;
		const real passes = p[c] >= fuzz && p[c] <= 1 - fuzz ? part : 0;
		dp[c] = passes == 0 ? 0 : passes * (p[c] - t) / (p[c] * (1 - p[c]));
	}
}


/* dx = dy * sigmoid'(x), from y */
NOINLINE void map_reference_backward_1(const real *restrict output, const real *restrict d_output, real *restrict dx)
{
	enum { SIZE = 1 };

	for (int e = 0; e < SIZE; e++) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dx[e] = dy * y * (1 - y);
	}
}


/* d_kernel[i][o] = sum over samples of x[i] * dy[o], d_bias[o] = sum of dy[o]; a tile is DENSE_ROWS rows of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_weights_1(const struct rt_work *work, const real *restrict x, const real *restrict dy, real *restrict d_kernel,
	real *restrict d_bias, int tile)
{
	dense_weights(20, 1, work->n, SAMPLE, x, dy, d_kernel, d_bias, tile);
}


/* dx[i] = sum over o of dy[o] * kernel[i][o]; a tile is DENSE_ROWS samples of up to DENSE_COLUMNS inputs */
NOINLINE void dense_data_1(const struct rt_work *work, const real *restrict dy, const real *restrict kernel, real *restrict dx, int tile)
{
	dense_data(20, 1, work->n, SAMPLE, dy, kernel, dx, false, tile);
}


/* dx = dy / (1 - rate) where forward kept x, by the same random numbers */
NOINLINE void mask_reference_backward_1(const struct rt_work *work, int i, const real *restrict dy, real *restrict dx)
{
	enum { SIZE = 20, STREAM = 2, BLOCK = 16 * PHILOX_BLOCK };
	const struct philox random = philox_of(work->seed, STREAM, work->step, (uint32_t)(work->batch_offset + i));
	const double rate = work->hyperparameters[HYPERPARAMETER_keep];
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));
	uint32_t words[BLOCK];

	for (int from = 0; from < SIZE; from += BLOCK) {
		const int count = SIZE - from < BLOCK ? SIZE - from : BLOCK;
		philox_words(&random, (uint32_t)from, (uint32_t)count, words);
		for (int e = 0; e < count; e++)
			dx[from + e] = words[e] < below ? 0 : dy[from + e] * scale;
	}
}


/* dx = dy * tanh'(x), from y */
NOINLINE void map_reference_backward_2(const real *restrict output, const real *restrict d_output, real *restrict dx)
{
	enum { SIZE = 20 };

	for (int e = 0; e < SIZE; e++) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dx[e] = dy * (1 - y * y);
	}
}


/* d_kernel[i][o] = sum over samples of x[i] * dy[o], d_bias[o] = sum of dy[o]; a tile is DENSE_ROWS rows of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_weights_2(const struct rt_work *work, const real *restrict x, const real *restrict dy, real *restrict d_kernel,
	real *restrict d_bias, int tile)
{
	dense_weights(13, 20, work->n, SAMPLE, x, dy, d_kernel, d_bias, tile);
}


/* y = x: dropout is for training */
NOINLINE void mask_reference_evaluate_1(const real *restrict x, real *restrict y)
{
	memcpy(y, x, sizeof *y * 20);
}


/* Hands a sample's outputs to whoever asked for predictions */
NOINLINE void predict_copy_1(const real *restrict y, const struct rt_work *work, int i)
{
	enum { SIZE = 1 };

	if (work->predictions)
		for (int e = 0; e < SIZE; e++)
			work->predictions[(size_t)i * SIZE + e] = (float)y[e];
}

