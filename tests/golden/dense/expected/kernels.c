/* dense: one function for each distinct kernel. Written by trainc 0.1.0 from spec.yaml.
 *
 * Included by step.c, and so compiled once for each instruction set. Shapes are constants. SAMPLE kernels work on one
 * sample; those that end in a tile work on a part of the batch or of the weights.
 */

/* y[h][w][c] = scale * the sample as read */
NOINLINE void input_reference_forward_1(const struct rt_work *work, int sample, real *restrict y)
{
	enum { PIXELS = 1 * 1, CHANNELS = 13, SIZE = PIXELS * CHANNELS };
	const real scale = (real)(1.0);
	const size_t from = (size_t)(work->index ? work->index[work->first + sample] : work->first + sample) * SIZE;

	for (int p = 0; p < PIXELS; p++)
		for (int c = 0; c < CHANNELS; c++) {
			const int e = p * CHANNELS + c;
			y[p * CHANNELS + c] = scale * (work->bytes ? (real)work->bytes[from + e] : (real)work->floats[from + e]);
		}
}


INLINE vec dense_forward_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_tanh(x);
	}
	return vec_load(lane);
}

/* y[o] = tanh(bias[o] + sum over i of x[i] * kernel[i][o]), dropped out; saved has a byte an
 * element, 4 where it was kept. A tile is a thread's part of the batch, of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_forward_1(const struct rt_work *work, const real *restrict x,
	const real *restrict kernel, const real *restrict bias, real *restrict y, real *restrict saved, int tile)
{
	const int width = dense_columns(20);
	SCRATCH(real, sums, SUMS, DENSE_SAMPLES * DENSE_COLUMNS);
	const struct dense_tile t = dense_forward(13, 20, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	/* sums of tile t, rows width apart, with bias and activation, dropped out */
	const double rate = work->hyperparameters[HYPERPARAMETER_keep];
	const vec scale = vec_broadcast((real)(1 / (1 - rate)));

	for (int r = 0; r < t.rows; r++) {
		const ptrdiff_t row = (ptrdiff_t)(t.first_row + r) * SAMPLE;
		const struct philox random = philox_of(work->seed, 2, work->step, (uint32_t)(work->batch_offset + t.first_row + r));
		uint8_t keep[20 + PHILOX_BLOCK], *bytes = (uint8_t *)(saved + row);
		philox_keep(&random, (uint32_t)t.first, (uint32_t)t.columns, rate, keep);
		for (int c = 0; c < t.columns; c += LANES) {
			vec out = dense_forward_1_activation(vec_load(sums + r * width + c) + vec_load_channels(bias + t.first, c, t.columns));
			const vec_mask kept = vec_load_bytes(keep, c, t.columns);
			vec_mask which = {0};
			out = (vec)((vec_mask)(out * scale) & kept);
			which |= kept & 4;
			vec_store_channels(y + row + t.first, out, c, t.columns);
			vec_store_bytes(bytes + t.first, which, c, t.columns);
		}
	}
}


INLINE vec dense_forward_2_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = 1 / (1 + real_exp(-x));
	}
	return vec_load(lane);
}

/* y[o] = sigmoid(bias[o] + sum over i of x[i] * kernel[i][o]). A tile is a thread's part of the batch, of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_forward_2(const struct rt_work *work, const real *restrict x,
	const real *restrict kernel, const real *restrict bias, real *restrict y, int tile)
{
	const int width = dense_columns(1);
	SCRATCH(real, sums, SUMS, DENSE_SAMPLES * DENSE_COLUMNS);
	const struct dense_tile t = dense_forward(20, 1, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	/* sums of tile t, rows width apart, with bias and activation */

	for (int r = 0; r < t.rows; r++) {
		const ptrdiff_t row = (ptrdiff_t)(t.first_row + r) * SAMPLE;
		for (int c = 0; c < t.columns; c += LANES) {
			vec out = dense_forward_2_activation(vec_load(sums + r * width + c) + vec_load_channels(bias + t.first, c, t.columns));
			vec_store_channels(y + row + t.first, out, c, t.columns);
		}
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
NOINLINE void metric_binary_accuracy_1(const real *restrict outputs, float label,
	real *restrict metric)
{
	enum { SIZE = 1 };
	int hits = 0;

	for (int c = 0; c < SIZE; c++) {
		const real t = (real)label;
		hits += (real)rint((double)outputs[c]) == t;
	}
	*metric = (real)hits / SIZE;
}


/* dp[c] = (p - t) / (p * (1 - p)) / (SIZE * batch), and 0 where the clip holds */
NOINLINE void loss_reference_binary_crossentropy_backward_1(const struct rt_work *work, const real *restrict p,
	float label, real *restrict dp)
{
	enum { SIZE = 1 };
	const real fuzz = (real)(1e-07), part = 1 / ((real)work->total * SIZE);

	for (int c = 0; c < SIZE; c++) {
		const real t = (real)label;
		const real passes = p[c] >= fuzz && p[c] <= 1 - fuzz ? part : 0;
		dp[c] = passes == 0 ? 0 : passes * (p[c] - t) / (p[c] * (1 - p[c]));
	}
}


INLINE vec dense_gradient_1_activation(vec y_lanes, vec dy_lanes)
{
	real y_lane[LANES], lane[LANES];
	vec_store(y_lane, y_lanes);
	vec_store(lane, dy_lanes);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real y = y_lane[i], dy = lane[i];
		(void)y;
		lane[i] = dy * y * (1 - y);
	}
	return vec_load(lane);
}

/* dy = the gradient before activation, from y */
NOINLINE void dense_gradient_1(const struct rt_work *work, const real *restrict y,
	real *restrict dy)
{
	enum { OUT_C = 1, at = 0 };

	(void)work;
	for (int c = 0; c < OUT_C; c += LANES) {
		/* d = the gradient before dropout and activation, of the elements at `at`, whose bytes are at `byte` */
		vec d = vec_load_channels(dy + at, c, OUT_C);
		vec out = vec_load_channels(y + at, c, OUT_C);
		d = dense_gradient_1_activation(out, d);
		vec_store_channels(dy + at, d, c, OUT_C);
	}
}


/* d_kernel[i][o] = sum over samples of x[i] * dy[o], d_bias[o] = sum of dy[o]; a tile is dense_weights_inputs rows of up
 * to DENSE_COLUMNS outputs */
NOINLINE void dense_weights_1(const struct rt_work *work, const real *restrict x,
	const real *restrict dy, real *restrict d_kernel, real *restrict d_bias, int tile)
{
	dense_weights(20, 1, work->n, work->thread_count, SAMPLE, x, dy, d_kernel, d_bias, tile);
}


/* dx[i] = sum over o of dy[o] * kernel[i][o]; a tile is dense_rows samples of dense_data_inputs inputs */
NOINLINE void dense_data_1(const struct rt_work *work, const real *restrict dy,
	const real *restrict kernel, real *restrict dx, int tile)
{
	dense_data(20, 1, work->n, work->thread_count, SAMPLE, dy, kernel, dx, false, tile);
}


INLINE vec dense_gradient_2_activation(vec y_lanes, vec dy_lanes)
{
	real y_lane[LANES], lane[LANES];
	vec_store(y_lane, y_lanes);
	vec_store(lane, dy_lanes);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real y = y_lane[i], dy = lane[i];
		(void)y;
		lane[i] = dy * (1 - y * y);
	}
	return vec_load(lane);
}

/* dy = the gradient before dropout, activation, from y and saved (see forward) */
NOINLINE void dense_gradient_2(const struct rt_work *work, const real *restrict y,
	const real *restrict saved, real *restrict dy)
{
	enum { OUT_C = 20, at = 0, byte = 0 };
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	const double rate = work->hyperparameters[HYPERPARAMETER_keep];
	const vec scale = vec_broadcast((real)(1 / (1 - rate)));

	(void)work;
	for (int c = 0; c < OUT_C; c += LANES) {
		/* d = the gradient before dropout and activation, of the elements at `at`, whose bytes are at `byte` */
		vec d = vec_load_channels(dy + at, c, OUT_C);
		const vec_mask which = vec_load_bytes(bytes + byte, c, OUT_C);
		d *= scale;
		vec out = vec_load_channels(y + at, c, OUT_C);
		d = (vec)((vec_mask)d & (vec_mask)((which & 4) != 0));
		out *= vec_broadcast((real)(1 - rate));
		d = dense_gradient_2_activation(out, d);
		vec_store_channels(dy + at, d, c, OUT_C);
	}
}


/* d_kernel[i][o] = sum over samples of x[i] * dy[o], d_bias[o] = sum of dy[o]; a tile is dense_weights_inputs rows of up
 * to DENSE_COLUMNS outputs */
NOINLINE void dense_weights_2(const struct rt_work *work, const real *restrict x,
	const real *restrict dy, real *restrict d_kernel, real *restrict d_bias, int tile)
{
	dense_weights(13, 20, work->n, work->thread_count, SAMPLE, x, dy, d_kernel, d_bias, tile);
}


INLINE vec dense_evaluate_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_tanh(x);
	}
	return vec_load(lane);
}

/* As forward, without dropout. */
NOINLINE void dense_evaluate_1(const struct rt_work *work, const real *restrict x,
	const real *restrict kernel, const real *restrict bias, real *restrict y, int tile)
{
	const int width = dense_columns(20);
	SCRATCH(real, sums, SUMS, DENSE_SAMPLES * DENSE_COLUMNS);
	const struct dense_tile t = dense_forward(13, 20, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	for (int r = 0; r < t.rows; r++)
		for (int c = 0; c < t.columns; c += LANES)
			vec_store_channels(y + (ptrdiff_t)(t.first_row + r) * SAMPLE + t.first, dense_evaluate_1_activation(vec_load(sums + r * width + c)
				+ vec_load_channels(bias + t.first, c, t.columns)), c, t.columns);
}


INLINE vec dense_evaluate_2_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = 1 / (1 + real_exp(-x));
	}
	return vec_load(lane);
}

/* As forward, without dropout. */
NOINLINE void dense_evaluate_2(const struct rt_work *work, const real *restrict x,
	const real *restrict kernel, const real *restrict bias, real *restrict y, int tile)
{
	const int width = dense_columns(1);
	SCRATCH(real, sums, SUMS, DENSE_SAMPLES * DENSE_COLUMNS);
	const struct dense_tile t = dense_forward(20, 1, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	for (int r = 0; r < t.rows; r++)
		for (int c = 0; c < t.columns; c += LANES)
			vec_store_channels(y + (ptrdiff_t)(t.first_row + r) * SAMPLE + t.first, dense_evaluate_2_activation(vec_load(sums + r * width + c)
				+ vec_load_channels(bias + t.first, c, t.columns)), c, t.columns);
}


/* Hands a sample's outputs to whoever asked for predictions */
NOINLINE void predict_copy_1(const real *restrict outputs, const struct rt_work *work,
	int sample)
{
	enum { SIZE = 1 };

	if (work->predictions)
		for (int e = 0; e < SIZE; e++)
			work->predictions[(size_t)sample * SIZE + e] = (float)outputs[e];
}

