/* residual: one function for each distinct kernel. Written by trainc 0.1.0 from spec.yaml.
 *
 * Included by step.c, and so compiled once for each instruction set. Shapes are constants. SAMPLE kernels work on one
 * sample; those that end in a tile work on a part of the batch or of the weights.
 */

/* pack = the kernel, packed over [kh][kw][i]; a tile is a tap */
NOINLINE void direct_pack_1(const real *restrict kernel, real *restrict pack, int tile)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 3, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};

	direct_pack(s, tile, kernel, pack);
}


/* pack = the kernel, packed over [kh][kw][i]; a tile is a tap */
NOINLINE void direct_pack_2(const real *restrict kernel, real *restrict pack, int tile)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 8, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};

	direct_pack(s, tile, kernel, pack);
}


/* pack = the kernel with its channels exchanged, for dx; a tile is a tap */
NOINLINE void direct_pack_data_1(const real *restrict kernel, real *restrict pack, int tile)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 8, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};

	direct_pack_data(s, tile, kernel, pack);
}


/* y[h][w][c] = scale * the sample as read */
NOINLINE void input_reference_forward_1(const struct rt_work *work, int sample, real *restrict y)
{
	enum { PIXELS = 8 * 8, CHANNELS = 3, SIZE = PIXELS * CHANNELS };
	const real scale = (real)(0.00392156862745098);
	const size_t from = (size_t)(work->index ? work->index[work->first + sample] : work->first + sample) * SIZE;

	for (int p = 0; p < PIXELS; p++)
		for (int c = 0; c < CHANNELS; c++) {
			const int e = p * CHANNELS + c;
			y[p * CHANNELS + c] = scale * (work->bytes ? (real)work->bytes[from + e] : (real)work->floats[from + e]);
		}
}


INLINE vec direct_forward_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = x;
	}
	return vec_load(lane);
}

INLINE void direct_forward_1_pixels(struct direct s, int pixels, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int n = 0; n < columns; n++)
		UNROLL for (int p = 0; p < pixels; p++)
			sum[p][n] = bias ? vec_load_channels(bias, c + n * LANES, s.out_c) : (vec){0};
	direct_block(direct_forward(s), pixels, columns, x, pack, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			vec_store_channels(to + p * s.out_c, s.out_c % LANES ? sum[p][n] : direct_forward_1_activation(sum[p][n]), c + n * LANES, s.out_c);
}

INLINE void direct_forward_1_panel(struct direct s, int rows, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	const struct direct_split blocks = direct_split(s.out_w, block_rows(columns));
	const ptrdiff_t step = (ptrdiff_t)s.stride_w * s.in_c, row = (ptrdiff_t)s.stride_h * direct_width(s) * s.in_c;
	for (int h = 0; h < rows; h++, x += row, to += s.out_w * s.out_c) {
		int w = 0;
		for (int i = 0; i < blocks.n_large; i++, w += blocks.large)
			direct_forward_1_pixels(s, blocks.large, columns, x + w * step, pack, bias, c, to + w * s.out_c);
		for (int i = 0; i < blocks.n_small; i++, w += blocks.small)
			direct_forward_1_pixels(s, blocks.small, columns, x + w * step, pack, bias, c, to + w * s.out_c);
	}
}

/* Rows of the convolution. A panel of the pack stays in the caches for all of them. Where a vector has no whole number of
 * channels, the activation waits until they lie side by side. */
INLINE void direct_forward_1_rows(struct direct s, int rows, const real *x, const real *pack, const real *bias, real *to)
{
	const int vectors = vectors_of(s.out_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	const int depth = s.kernel_h * s.kernel_w * s.in_c;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		direct_forward_1_panel(s, rows, BLOCK_COLUMNS, x, pack + (ptrdiff_t)v * LANES * depth, bias, v * LANES, to);
	if (whole < vectors)
		direct_forward_1_panel(s, rows, vectors - whole, x, pack + (ptrdiff_t)whole * LANES * depth, bias, whole * LANES, to);
}

/* y[oh][ow][o] = sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o] */
NOINLINE void direct_forward_1(const real *restrict x, const real *restrict pack,
	real *restrict y, real *restrict scratch)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 3, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);

	direct_forward_1_rows(s, OUT_H, padded_x, pack, NULL, y);
}


/* Adds a sample's mean and squared deviations, one pair a channel, to the slot's: moments = mean[CHANNELS], squares[CHANNELS].
 * slot_index samples are in already. */
NOINLINE void normalise_statistics_1(const real *restrict x, real *restrict moments, int slot_index)
{
	enum { PIXELS = 64, CHANNELS = 8 };
	const struct normalise s = {PIXELS, CHANNELS};
	SCRATCH(struct normalise_sums, own, SUMS, (CHANNELS + LANES - 1) / LANES);

	normalise_account(s, 0, PIXELS, x, moments, slot_index, own);
	normalise_end(s, slot_index, own, moments);
}


/* Merges the slots' means in order: this host's part of mean[LENGTH], the mean over the whole batch. */
NOINLINE void normalise_mean_1(const struct rt_work *work, const real *restrict sums,
	real *restrict mean, int tile)
{
	enum { LENGTH = 8 };
	const int slots = rt_slot_count(work->n);

	(void)tile;
	for (int l = 0; l < LENGTH; l++) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + (size_t)l] * (real)(rt_slot_begin(work->n, s + 1) - rt_slot_begin(work->n, s));
		mean[l] = sum / (real)work->total;
	}
}


/* Merges the slots' squared deviations, from their own means, in order: this host's part of variance[LENGTH], over the whole
 * batch and from its mean. */
NOINLINE void normalise_variance_1(const struct rt_work *work, const real *restrict sums,
	const real *restrict mean, real *restrict variance, int tile)
{
	enum { OUTER = 64, LENGTH = 8, INNER = 1, COUNT = OUTER * INNER };
	const int slots = rt_slot_count(work->n);

	(void)tile;
	for (int l = 0; l < LENGTH; l++) {
		real sum = 0;
		for (int s = 0; s < slots; s++) {
			const real *slot = sums + (size_t)s * SLOT;
			const real samples = (real)(rt_slot_begin(work->n, s + 1) - rt_slot_begin(work->n, s)), delta = slot[l] - mean[l];
			sum += slot[LENGTH + l] + delta * delta * (real)COUNT * samples;
		}
		variance[l] = sum / ((real)work->total * (real)COUNT);
	}
}


/* The pack of the batch's statistics; moves the moving averages: moving = moving * momentum + batch's * (1 - momentum), with the
 * biased variance, as Keras 3 does. */
NOINLINE void normalise_finish_1(const struct rt_work *work, const real *restrict mean,
	const real *restrict variance, const real *restrict gamma, const real *restrict beta, real *restrict moving_mean,
	real *restrict moving_variance, real *restrict pack, int tile)
{
	enum { CHANNELS = 8 };
	const real momentum = (real)(0.99);

	(void)work;
	(void)tile;
	normalise_pack(CHANNELS, (real)(0.001), mean, variance, gamma, beta, pack);
	for (int c = 0; c < CHANNELS; c++) {
		moving_mean[c] = moving_mean[c] * momentum + mean[c] * (1 - momentum);
		moving_variance[c] = moving_variance[c] * momentum + variance[c] * (1 - momentum);
	}
}


INLINE vec direct_forward_2_before(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

INLINE vec direct_forward_2_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = x;
	}
	return vec_load(lane);
}

INLINE void direct_forward_2_pixels(struct direct s, int pixels, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int n = 0; n < columns; n++)
		UNROLL for (int p = 0; p < pixels; p++)
			sum[p][n] = bias ? vec_load_channels(bias, c + n * LANES, s.out_c) : (vec){0};
	direct_block(direct_forward(s), pixels, columns, x, pack, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			vec_store_channels(to + p * s.out_c, s.out_c % LANES ? sum[p][n] : direct_forward_2_activation(sum[p][n]), c + n * LANES, s.out_c);
}

INLINE void direct_forward_2_panel(struct direct s, int rows, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	const struct direct_split blocks = direct_split(s.out_w, block_rows(columns));
	const ptrdiff_t step = (ptrdiff_t)s.stride_w * s.in_c, row = (ptrdiff_t)s.stride_h * direct_width(s) * s.in_c;
	for (int h = 0; h < rows; h++, x += row, to += s.out_w * s.out_c) {
		int w = 0;
		for (int i = 0; i < blocks.n_large; i++, w += blocks.large)
			direct_forward_2_pixels(s, blocks.large, columns, x + w * step, pack, bias, c, to + w * s.out_c);
		for (int i = 0; i < blocks.n_small; i++, w += blocks.small)
			direct_forward_2_pixels(s, blocks.small, columns, x + w * step, pack, bias, c, to + w * s.out_c);
	}
}

/* Rows of the convolution. A panel of the pack stays in the caches for all of them. Where a vector has no whole number of
 * channels, the activation waits until they lie side by side. */
INLINE void direct_forward_2_rows(struct direct s, int rows, const real *x, const real *pack, const real *bias, real *to)
{
	const int vectors = vectors_of(s.out_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	const int depth = s.kernel_h * s.kernel_w * s.in_c;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		direct_forward_2_panel(s, rows, BLOCK_COLUMNS, x, pack + (ptrdiff_t)v * LANES * depth, bias, v * LANES, to);
	if (whole < vectors)
		direct_forward_2_panel(s, rows, vectors - whole, x, pack + (ptrdiff_t)whole * LANES * depth, bias, whole * LANES, to);
}

/* y[oh][ow][o] = sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o] */
NOINLINE void direct_forward_2(const real *restrict x, const real *restrict norm_in,
	const real *restrict pack, real *restrict y, real *restrict scratch)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 8, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};
	const struct input in = {.x = x, .pack = norm_in, .activation = direct_forward_2_before};
	const real *padded_x = direct_inputs(s, in, scratch);

	direct_forward_2_rows(s, OUT_H, padded_x, pack, NULL, y);
}


INLINE vec add_forward_1_before0(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = x;
	}
	return vec_load(lane);
}

INLINE vec add_forward_1_before1(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

INLINE vec add_forward_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

/* y = relu(the sum of 2 inputs), elementwise; those with a pack are read through batch normalization */
NOINLINE void add_forward_1(real *restrict y, const real *x0, const real *x1,
	const real *restrict pack0, const real *restrict pack1)
{
	enum { SIZE = 512, CHANNELS = 8 };
	const struct input in0 = {.x = x0, .pack = pack0, .activation = add_forward_1_before0};
	const struct input in1 = {.x = x1, .pack = pack1, .activation = add_forward_1_before1};

	for (int at = 0; at < SIZE; at += CHANNELS)
		for (int c = 0; c < CHANNELS; c += LANES) {
			vec sum = {0};
			sum += input_of(in0, vec_load_channels(in0.x + at, c, CHANNELS), c, CHANNELS);
			sum += input_of(in1, vec_load_channels(in1.x + at, c, CHANNELS), c, CHANNELS);
			vec_store_channels(y + at, add_forward_1_activation(sum), c, CHANNELS);
		}
}


/* y[oh][ow][c] = the mean of x[h][w][c] over its window, padding left out */
NOINLINE void average_pool_reference_forward_1(const real *restrict x, real *restrict y)
{
	enum {
		IN_H = 8, IN_W = 8, CHANNELS = 8, OUT_H = 1, OUT_W = 1,
		POOL_H = 8, POOL_W = 8, STRIDE_H = 1, STRIDE_W = 1,
		PAD_TOP = 0, PAD_LEFT = 0
	};

	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, y += CHANNELS) {
			const int top = oh * STRIDE_H - PAD_TOP, left = ow * STRIDE_W - PAD_LEFT;
			const int h0 = top < 0 ? 0 : top, h1 = top + POOL_H < IN_H ? top + POOL_H : IN_H;
			const int w0 = left < 0 ? 0 : left, w1 = left + POOL_W < IN_W ? left + POOL_W : IN_W;
			memset(y, 0, sizeof *y * CHANNELS);
			for (int h = h0; h < h1; h++)
				for (int w = w0; w < w1; w++)
					for (int c = 0; c < CHANNELS; c++)
						y[c] += x[(h * IN_W + w) * CHANNELS + c];
			for (int c = 0; c < CHANNELS; c++)
				y[c] /= (real)((h1 - h0) * (w1 - w0));
		}
}


INLINE vec dense_forward_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = x;
	}
	return vec_load(lane);
}

/* y[o] = bias[o] + sum over i of x[i] * kernel[i][o]. A tile is a thread's part of the batch, of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_forward_1(const struct rt_work *work, const real *restrict x,
	const real *restrict kernel, const real *restrict bias, real *restrict y, int tile)
{
	const int width = dense_columns(4);
	SCRATCH(real, sums, SUMS, DENSE_SAMPLES * DENSE_COLUMNS);
	const struct dense_tile t = dense_forward(8, 4, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	/* sums of tile t, rows width apart, with bias and activation */

	for (int r = 0; r < t.rows; r++) {
		const ptrdiff_t row = (ptrdiff_t)(t.first_row + r) * SAMPLE;
		for (int c = 0; c < t.columns; c += LANES) {
			vec out = dense_forward_1_activation(vec_load(sums + r * width + c) + vec_load_channels(bias + t.first, c, t.columns));
			vec_store_channels(y + row + t.first, out, c, t.columns);
		}
	}
}


/* y[o][l][i] = exp(x[o][l][i] - max) / sum over l; the largest is taken off so that exp cannot overflow */
NOINLINE void softmax_reference_forward_1(const real *restrict x, real *restrict y)
{
	enum { OUTER = 1, LENGTH = 4, INNER = 1 };

	for (int o = 0; o < OUTER; o++)
		for (int i = 0; i < INNER; i++) {
			const real *from = x + o * LENGTH * INNER + i;
			real *to = y + o * LENGTH * INNER + i;
			real most = from[0], sum = 0;
			for (int l = 1; l < LENGTH; l++)
				most = real_max(most, from[l * INNER]);
			for (int l = 0; l < LENGTH; l++)
				sum += to[l * INNER] = real_exp(from[l * INNER] - most);
			for (int l = 0; l < LENGTH; l++)
				to[l * INNER] /= sum;
		}
}


/* loss = -log(clip(p[label] / sum of p, fuzz, 1 - fuzz)): Keras 2.2.4's categorical_crossentropy of probabilities */
NOINLINE void loss_reference_categorical_crossentropy_forward_1(const real *restrict p, float label, real *restrict loss)
{
	enum { SIZE = 4 };
	const real fuzz = (real)(1e-07);
	real sum = 0;

	for (int c = 0; c < SIZE; c++)
		sum += p[c];
	*loss = -real_log(real_min(real_max(p[(int)label] / sum, fuzz), 1 - fuzz));
}


/* 1 when the largest output (the first of equals) is the label's, else 0 */
NOINLINE void metric_categorical_accuracy_1(const real *restrict outputs, float label,
	real *restrict metric)
{
	enum { SIZE = 4 };
	int best = 0;

	for (int c = 1; c < SIZE; c++)
		if (outputs[c] > outputs[best])
			best = c;
	*metric = best == (int)label;
}


/* dp[c] = (1 / sum of p - [c = label] / p[label]) / batch, and 0 where the clip holds */
NOINLINE void loss_reference_categorical_crossentropy_backward_1(const struct rt_work *work, const real *restrict p,
	float label, real *restrict dp)
{
	enum { SIZE = 4 };
	const real fuzz = (real)(1e-07), part = 1 / (real)work->total;
	const int hit = (int)label;
	real sum = 0;

	for (int c = 0; c < SIZE; c++)
		sum += p[c];
	const real share = p[hit] / sum;
	const real passes = share >= fuzz && share <= 1 - fuzz ? part : 0;
	for (int c = 0; c < SIZE; c++)
		dp[c] = passes == 0 ? 0 : passes * (1 / sum - (c == hit ? 1 / p[hit] : 0));
}


/* dx[o][l][i] = y * (dy - sum over l of dy * y) */
NOINLINE void softmax_reference_backward_1(const real *restrict y, const real *restrict dy,
	real *restrict dx)
{
	enum { OUTER = 1, LENGTH = 4, INNER = 1 };

	for (int o = 0; o < OUTER; o++)
		for (int i = 0; i < INNER; i++) {
			const int base = o * LENGTH * INNER + i;
			real dot = 0;
			for (int l = 0; l < LENGTH; l++)
				dot += dy[base + l * INNER] * y[base + l * INNER];
			for (int l = 0; l < LENGTH; l++)
				dx[base + l * INNER] = y[base + l * INNER] * (dy[base + l * INNER] - dot);
		}
}


/* d_kernel[i][o] = sum over samples of x[i] * dy[o], d_bias[o] = sum of dy[o]; a tile is dense_weights_inputs rows of up
 * to DENSE_COLUMNS outputs */
NOINLINE void dense_weights_1(const struct rt_work *work, const real *restrict x,
	const real *restrict dy, real *restrict d_kernel, real *restrict d_bias, int tile)
{
	dense_weights(8, 4, work->n, work->thread_count, SAMPLE, x, dy, d_kernel, d_bias, tile);
}


/* dx[i] = sum over o of dy[o] * kernel[i][o]; a tile is dense_rows samples of dense_data_inputs inputs */
NOINLINE void dense_data_1(const struct rt_work *work, const real *restrict dy,
	const real *restrict kernel, real *restrict dx, int tile)
{
	dense_data(8, 4, work->n, work->thread_count, SAMPLE, dy, kernel, dx, false, tile);
}


/* dx[h][w][c] = sum over the windows it lies in of dy / the window's count */
NOINLINE void average_pool_reference_backward_1(const real *restrict dy, real *restrict dx)
{
	enum {
		IN_H = 8, IN_W = 8, CHANNELS = 8, OUT_H = 1, OUT_W = 1,
		POOL_H = 8, POOL_W = 8, STRIDE_H = 1, STRIDE_W = 1,
		PAD_TOP = 0, PAD_LEFT = 0
	};

	memset(dx, 0, sizeof *dx * IN_H * IN_W * CHANNELS);
	for (int oh = 0; oh < OUT_H; oh++)
		for (int ow = 0; ow < OUT_W; ow++, dy += CHANNELS) {
			const int top = oh * STRIDE_H - PAD_TOP, left = ow * STRIDE_W - PAD_LEFT;
			const int h0 = top < 0 ? 0 : top, h1 = top + POOL_H < IN_H ? top + POOL_H : IN_H;
			const int w0 = left < 0 ? 0 : left, w1 = left + POOL_W < IN_W ? left + POOL_W : IN_W;
			for (int h = h0; h < h1; h++)
				for (int w = w0; w < w1; w++)
					for (int c = 0; c < CHANNELS; c++)
						dx[(h * IN_W + w) * CHANNELS + c] += dy[c] / (real)((h1 - h0) * (w1 - w0));
		}
}


/* dy becomes the sum's gradient, dy * relu'(sum), from y, and with it that of inputs which have no place of their own here */
NOINLINE void add_backward_1(const real *restrict output, real *restrict d_output,
	real *dx0, real *dx1)
{
	enum { SIZE = 512 };

	for (int e = 0; e < SIZE; e++) {
		const real y = output[e], dy = d_output[e], d = real_select(y > 0, dy, 0);
		(void)y;
		d_output[e] = d;
		dx0[e] = d;
		dx1[e] = d;
	}
}


/* sums[c] += sum of dy, sums[CHANNELS + c] += sum of dy * normalised x, dy being the gradient before activation */
NOINLINE void normalise_sums_1(const real *restrict x, real *restrict dy,
	const real *restrict pack, real *restrict sums)
{
	enum { PIXELS = 64, CHANNELS = 8 };
	const struct normalise s = {PIXELS, CHANNELS};

	for (int first = 0; first < CHANNELS; first += normalise_columns(s) * LANES) {
		vec sum[NORMALISE_SUMS] = {0}, products[NORMALISE_SUMS] = {0};
		for (int p = 0; p < PIXELS; p += normalise_rows(s))
			UNROLL for (int i = 0; i < NORMALISE_SUMS; i++) {
				const int c = normalise_channel(s, i, first);
				const ptrdiff_t at = normalise_at(s, i, p, first);
				if (at < 0)
					continue;
				const vec number = vec_load_channels(x + at, c, CHANNELS);
				vec d = vec_load_channels(dy + at, c, CHANNELS);
				sum[i] += d;
				products[i] += d * (number - normalise_row(pack, NORMALISE_MEAN, c, CHANNELS));
			}
		UNROLL for (int n = 0; n < normalise_columns(s); n++) {
			const int c = normalise_channel(s, n, first);
			if (c >= CHANNELS)
				continue;
			const vec normal = normalise_total(s, products, n) * normalise_row(pack, NORMALISE_RATE, c, CHANNELS);
			vec_store_channels(sums, vec_load_channels(sums, c, CHANNELS) + normalise_total(s, sum, n), c, CHANNELS);
			vec_store_channels(sums + CHANNELS, vec_load_channels(sums + CHANNELS, c, CHANNELS) + normal, c, CHANNELS);
		}
	}
}


/* Merges the slots' sums in order: total = sum of dy[LENGTH], sum of dy * normalised x[LENGTH], over this host's samples; these are also
 * d_beta and d_gamma */
NOINLINE void normalise_gradients_1(const struct rt_work *work, const real *restrict sums,
	real *restrict total, real *restrict d_gamma, real *restrict d_beta, int tile)
{
	enum { LENGTH = 8 };
	const int slots = rt_slot_count(work->n);

	(void)tile;
	for (int l = 0; l < 2 * LENGTH; l++) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + (size_t)l];
		total[l] = sum;
	}
	memcpy(d_gamma, total + LENGTH, sizeof *d_gamma * LENGTH);
	memcpy(d_beta, total, sizeof *d_beta * LENGTH);
}


INLINE vec direct_backward_1_before(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

INLINE vec direct_backward_1_activation(vec y_lanes, vec dy_lanes)
{
	real y_lane[LANES], lane[LANES];
	vec_store(y_lane, y_lanes);
	vec_store(lane, dy_lanes);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real y = y_lane[i], dy = lane[i];
		(void)y;
		lane[i] = dy;
	}
	return vec_load(lane);
}

/* From y, saved (see forward) and dy, with dz = dy before activation:
 * d_kernel[kh][kw][i][o] += sum of x * dz, dx += sum of dz * kernel, pack being the kernel */
NOINLINE void direct_backward_1(const struct rt_work *work, const real *restrict x,
	const real *restrict norm_in, const real *restrict pack, const real *restrict y, const real *restrict dy,
	const real *restrict norm_out, const real *restrict total, real *restrict dx, real *restrict d_kernel,
	real *restrict scratch)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 8, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};
	enum { POOL = 1, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
	const struct input in = {.x = x, .pack = norm_in, .activation = direct_backward_1_before};
	const real *padded_x = direct_inputs(s, in, scratch);
	real *dz = scratch + direct_inputs_size(s, in);
	SCRATCH_ZEROS(vec, bias_sum, BIAS, (OUT_C + LANES - 1) / LANES);
	const real part = 1 / ((real)work->total * (real)(512 / 8));
	SCRATCH(struct normalise_gradient, through, THROUGH, (8 + LANES - 1) / LANES);
	for (int c = 0; c < 8; c += LANES)
		through[c / LANES] = normalise_gradient(norm_out, total, part, c, 8);

	(void)work;
	(void)pack;
	if (direct_dz_width(s) != OUT_W || OUT_H % POOL || OUT_W % POOL)
		memset(dz, 0, sizeof *dz * (size_t)(OUT_H * direct_dz_row(s)));
	for (int h = 0; h < HEIGHT; h++) {
		real *rows = dz + h * POOL * direct_dz_row(s);
		for (int e = 0; e < WIDTH * vectors_of(OUT_C); e++) {
			const int w = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES;
			const ptrdiff_t at = ((ptrdiff_t)h * WIDTH + w) * OUT_C;
			/* d = the gradient before batch normalization, dropout and activation, of the elements at `at`, whose bytes are at `byte` */
			vec d = vec_load_channels(dy + at, c, OUT_C);
			d = normalise_backward(through[c / LANES], vec_load_channels(y + at, c, OUT_C), d);
			vec out = vec_load_channels(y + at, c, OUT_C);
			d = direct_backward_1_activation(out, d);
			bias_sum[c / LANES] += d;
			vec_store(rows + direct_dz_at(s, 0, w) + c, d);
		}
	}
	direct_weights(s, 0, OUT_H, padded_x, dz, d_kernel);
	direct_data_all(s, dz, pack, dz + direct_dz_size(s), dx, true);
}


INLINE vec normalise_sums_2_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

INLINE vec normalise_sums_2_gradient(vec y_lanes, vec dy_lanes)
{
	real y_lane[LANES], lane[LANES];
	vec_store(y_lane, y_lanes);
	vec_store(lane, dy_lanes);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real y = y_lane[i], dy = lane[i];
		(void)y;
		lane[i] = real_select(y > 0, dy, 0);
	}
	return vec_load(lane);
}

/* sums[c] += sum of dy, sums[CHANNELS + c] += sum of dy * normalised x, dy being made the gradient before activation, of y
 * made again */
NOINLINE void normalise_sums_2(const real *restrict x, real *restrict dy,
	const real *restrict pack, real *restrict sums)
{
	enum { PIXELS = 64, CHANNELS = 8 };
	const struct normalise s = {PIXELS, CHANNELS};

	for (int first = 0; first < CHANNELS; first += normalise_columns(s) * LANES) {
		vec sum[NORMALISE_SUMS] = {0}, products[NORMALISE_SUMS] = {0};
		for (int p = 0; p < PIXELS; p += normalise_rows(s))
			UNROLL for (int i = 0; i < NORMALISE_SUMS; i++) {
				const int c = normalise_channel(s, i, first);
				const ptrdiff_t at = normalise_at(s, i, p, first);
				if (at < 0)
					continue;
				const vec number = vec_load_channels(x + at, c, CHANNELS);
				vec d = vec_load_channels(dy + at, c, CHANNELS);
				d = normalise_sums_2_gradient(normalise_sums_2_activation(normalise_forward(pack, number, c, CHANNELS)), d);
				vec_store_channels(dy + at, d, c, CHANNELS);
				sum[i] += d;
				products[i] += d * (number - normalise_row(pack, NORMALISE_MEAN, c, CHANNELS));
			}
		UNROLL for (int n = 0; n < normalise_columns(s); n++) {
			const int c = normalise_channel(s, n, first);
			if (c >= CHANNELS)
				continue;
			const vec normal = normalise_total(s, products, n) * normalise_row(pack, NORMALISE_RATE, c, CHANNELS);
			vec_store_channels(sums, vec_load_channels(sums, c, CHANNELS) + normalise_total(s, sum, n), c, CHANNELS);
			vec_store_channels(sums + CHANNELS, vec_load_channels(sums + CHANNELS, c, CHANNELS) + normal, c, CHANNELS);
		}
	}
}


INLINE vec direct_backward_2_activation(vec y_lanes, vec dy_lanes)
{
	real y_lane[LANES], lane[LANES];
	vec_store(y_lane, y_lanes);
	vec_store(lane, dy_lanes);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real y = y_lane[i], dy = lane[i];
		(void)y;
		lane[i] = dy;
	}
	return vec_load(lane);
}

/* From y, saved (see forward) and dy, with dz = dy before activation:
 * d_kernel[kh][kw][i][o] += sum of x * dz */
NOINLINE void direct_backward_2(const struct rt_work *work, const real *restrict x,
	const real *restrict pack, const real *restrict y, const real *restrict dy, const real *restrict norm_out,
	const real *restrict total, real *restrict d_kernel, real *restrict scratch)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 3, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};
	enum { POOL = 1, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);
	real *dz = scratch + direct_inputs_size(s, in);
	SCRATCH_ZEROS(vec, bias_sum, BIAS, (OUT_C + LANES - 1) / LANES);
	const real part = 1 / ((real)work->total * (real)(512 / 8));
	SCRATCH(struct normalise_gradient, through, THROUGH, (8 + LANES - 1) / LANES);
	for (int c = 0; c < 8; c += LANES)
		through[c / LANES] = normalise_gradient(norm_out, total, part, c, 8);

	(void)work;
	(void)pack;
	if (direct_dz_width(s) != OUT_W || OUT_H % POOL || OUT_W % POOL)
		memset(dz, 0, sizeof *dz * (size_t)(POOL * direct_dz_row(s)));
	for (int h = 0; h < HEIGHT; h++) {
		real *rows = dz + 0;
		for (int e = 0; e < WIDTH * vectors_of(OUT_C); e++) {
			const int w = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES;
			const ptrdiff_t at = ((ptrdiff_t)h * WIDTH + w) * OUT_C;
			/* d = the gradient before batch normalization, dropout and activation, of the elements at `at`, whose bytes are at `byte` */
			vec d = vec_load_channels(dy + at, c, OUT_C);
			d = normalise_backward(through[c / LANES], vec_load_channels(y + at, c, OUT_C), d);
			vec out = vec_load_channels(y + at, c, OUT_C);
			d = direct_backward_2_activation(out, d);
			bias_sum[c / LANES] += d;
			vec_store(rows + direct_dz_at(s, 0, w) + c, d);
		}
		direct_weights(s, h * POOL, POOL, padded_x, rows, d_kernel);
	}
}


/* gradient[e] = sum over slots, in order, of the slot's sums[e]; a tile is ROWS elements */
NOINLINE void merge_merge_1(const struct rt_work *work, const real *restrict sums,
	real *restrict gradient, int tile)
{
	enum { COUNT = 216, ROWS = 4096 };
	const int slots = rt_slot_count(work->n), begin = tile * ROWS, end = begin + ROWS < COUNT ? begin + ROWS : COUNT;

	memcpy(gradient + begin, sums + begin, sizeof *gradient * (size_t)(end - begin));
	for (int s = 1; s < slots; s++)
		for (int e = begin; e < end; e++)
			gradient[e] += sums[(size_t)s * SLOT + (size_t)e];
}


/* gradient[e] = sum over slots, in order, of the slot's sums[e]; a tile is ROWS elements */
NOINLINE void merge_merge_2(const struct rt_work *work, const real *restrict sums,
	real *restrict gradient, int tile)
{
	enum { COUNT = 576, ROWS = 4096 };
	const int slots = rt_slot_count(work->n), begin = tile * ROWS, end = begin + ROWS < COUNT ? begin + ROWS : COUNT;

	memcpy(gradient + begin, sums + begin, sizeof *gradient * (size_t)(end - begin));
	for (int s = 1; s < slots; s++)
		for (int e = begin; e < end; e++)
			gradient[e] += sums[(size_t)s * SLOT + (size_t)e];
}


/* What follows the kernel is batch normalization with moving averages, which is scale[c] * x + shift[c]: to_kernel is the kernel
 * times scale, to_bias = shift. */
NOINLINE void fold_fold_1(const real *restrict kernel, const real *restrict gamma,
	const real *restrict beta, const real *restrict mean, const real *restrict variance, real *restrict to_kernel,
	real *restrict to_bias, int tile)
{
	enum { COUNT = 216, CHANNELS = 8 };
	const real epsilon = (real)(0.001);

	(void)tile;
	for (int c = 0; c < CHANNELS; c++) {
		const real scale = gamma[c] / real_sqrt(variance[c] + epsilon);
		to_bias[c] = (0 - mean[c]) * scale + beta[c];
		for (int k = c; k < COUNT; k += CHANNELS)
			to_kernel[k] = kernel[k] * scale;
	}
}


/* What follows the kernel is batch normalization with moving averages, which is scale[c] * x + shift[c]: to_kernel is the kernel
 * times scale, to_bias = shift. */
NOINLINE void fold_fold_2(const real *restrict kernel, const real *restrict gamma,
	const real *restrict beta, const real *restrict mean, const real *restrict variance, real *restrict to_kernel,
	real *restrict to_bias, int tile)
{
	enum { COUNT = 576, CHANNELS = 8 };
	const real epsilon = (real)(0.001);

	(void)tile;
	for (int c = 0; c < CHANNELS; c++) {
		const real scale = gamma[c] / real_sqrt(variance[c] + epsilon);
		to_bias[c] = (0 - mean[c]) * scale + beta[c];
		for (int k = c; k < COUNT; k += CHANNELS)
			to_kernel[k] = kernel[k] * scale;
	}
}


INLINE vec direct_forward_3_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

INLINE void direct_forward_3_pixels(struct direct s, int pixels, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int n = 0; n < columns; n++)
		UNROLL for (int p = 0; p < pixels; p++)
			sum[p][n] = bias ? vec_load_channels(bias, c + n * LANES, s.out_c) : (vec){0};
	direct_block(direct_forward(s), pixels, columns, x, pack, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			vec_store_channels(to + p * s.out_c, s.out_c % LANES ? sum[p][n] : direct_forward_3_activation(sum[p][n]), c + n * LANES, s.out_c);
}

INLINE void direct_forward_3_panel(struct direct s, int rows, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	const struct direct_split blocks = direct_split(s.out_w, block_rows(columns));
	const ptrdiff_t step = (ptrdiff_t)s.stride_w * s.in_c, row = (ptrdiff_t)s.stride_h * direct_width(s) * s.in_c;
	for (int h = 0; h < rows; h++, x += row, to += s.out_w * s.out_c) {
		int w = 0;
		for (int i = 0; i < blocks.n_large; i++, w += blocks.large)
			direct_forward_3_pixels(s, blocks.large, columns, x + w * step, pack, bias, c, to + w * s.out_c);
		for (int i = 0; i < blocks.n_small; i++, w += blocks.small)
			direct_forward_3_pixels(s, blocks.small, columns, x + w * step, pack, bias, c, to + w * s.out_c);
	}
}

/* Rows of the convolution. A panel of the pack stays in the caches for all of them. Where a vector has no whole number of
 * channels, the activation waits until they lie side by side. */
INLINE void direct_forward_3_rows(struct direct s, int rows, const real *x, const real *pack, const real *bias, real *to)
{
	const int vectors = vectors_of(s.out_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	const int depth = s.kernel_h * s.kernel_w * s.in_c;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		direct_forward_3_panel(s, rows, BLOCK_COLUMNS, x, pack + (ptrdiff_t)v * LANES * depth, bias, v * LANES, to);
	if (whole < vectors)
		direct_forward_3_panel(s, rows, vectors - whole, x, pack + (ptrdiff_t)whole * LANES * depth, bias, whole * LANES, to);
	const int numbers = s.out_c % LANES ? rows * s.out_w * s.out_c : 0;
	for (int e = 0; e < numbers; e += LANES)
		vec_store_channels(to, direct_forward_3_activation(vec_load_channels(to, e, numbers)), e, numbers);
}

/* y[oh][ow][o] = relu(bias[o] + sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]) */
NOINLINE void direct_forward_3(const real *restrict x, const real *restrict pack,
	const real *restrict bias, real *restrict y, real *restrict scratch)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 3, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);

	direct_forward_3_rows(s, OUT_H, padded_x, pack, bias, y);
}


INLINE vec direct_forward_4_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = x;
	}
	return vec_load(lane);
}

INLINE void direct_forward_4_pixels(struct direct s, int pixels, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	vec sum[BLOCK_ROWS_MOST][BLOCK_COLUMNS];
	UNROLL for (int n = 0; n < columns; n++)
		UNROLL for (int p = 0; p < pixels; p++)
			sum[p][n] = bias ? vec_load_channels(bias, c + n * LANES, s.out_c) : (vec){0};
	direct_block(direct_forward(s), pixels, columns, x, pack, sum);
	UNROLL for (int p = 0; p < pixels; p++)
		UNROLL for (int n = 0; n < columns; n++)
			vec_store_channels(to + p * s.out_c, s.out_c % LANES ? sum[p][n] : direct_forward_4_activation(sum[p][n]), c + n * LANES, s.out_c);
}

INLINE void direct_forward_4_panel(struct direct s, int rows, int columns, const real *x, const real *pack, const real *bias, int c, real *to)
{
	const struct direct_split blocks = direct_split(s.out_w, block_rows(columns));
	const ptrdiff_t step = (ptrdiff_t)s.stride_w * s.in_c, row = (ptrdiff_t)s.stride_h * direct_width(s) * s.in_c;
	for (int h = 0; h < rows; h++, x += row, to += s.out_w * s.out_c) {
		int w = 0;
		for (int i = 0; i < blocks.n_large; i++, w += blocks.large)
			direct_forward_4_pixels(s, blocks.large, columns, x + w * step, pack, bias, c, to + w * s.out_c);
		for (int i = 0; i < blocks.n_small; i++, w += blocks.small)
			direct_forward_4_pixels(s, blocks.small, columns, x + w * step, pack, bias, c, to + w * s.out_c);
	}
}

/* Rows of the convolution. A panel of the pack stays in the caches for all of them. Where a vector has no whole number of
 * channels, the activation waits until they lie side by side. */
INLINE void direct_forward_4_rows(struct direct s, int rows, const real *x, const real *pack, const real *bias, real *to)
{
	const int vectors = vectors_of(s.out_c), whole = vectors / BLOCK_COLUMNS * BLOCK_COLUMNS;
	const int depth = s.kernel_h * s.kernel_w * s.in_c;
	for (int v = 0; v < whole; v += BLOCK_COLUMNS)
		direct_forward_4_panel(s, rows, BLOCK_COLUMNS, x, pack + (ptrdiff_t)v * LANES * depth, bias, v * LANES, to);
	if (whole < vectors)
		direct_forward_4_panel(s, rows, vectors - whole, x, pack + (ptrdiff_t)whole * LANES * depth, bias, whole * LANES, to);
}

/* y[oh][ow][o] = bias[o] + sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o] */
NOINLINE void direct_forward_4(const real *restrict x, const real *restrict pack,
	const real *restrict bias, real *restrict y, real *restrict scratch)
{
	enum { IN_H = 8, IN_W = 8, IN_C = 8, OUT_H = 8, OUT_W = 8, OUT_C = 8 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1,
		.pad_right = 1
	};
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);

	direct_forward_4_rows(s, OUT_H, padded_x, pack, bias, y);
}


INLINE vec add_forward_2_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

/* y = relu(the sum of 2 inputs), elementwise */
NOINLINE void add_forward_2(real *restrict y, const real *x0, const real *x1)
{
	enum { SIZE = 512, CHANNELS = SIZE };
	const struct input in0 = {.x = x0};
	const struct input in1 = {.x = x1};

	for (int at = 0; at < SIZE; at += CHANNELS)
		for (int c = 0; c < CHANNELS; c += LANES) {
			vec sum = {0};
			sum += input_of(in0, vec_load_channels(in0.x + at, c, CHANNELS), c, CHANNELS);
			sum += input_of(in1, vec_load_channels(in1.x + at, c, CHANNELS), c, CHANNELS);
			vec_store_channels(y + at, add_forward_2_activation(sum), c, CHANNELS);
		}
}


INLINE vec dense_evaluate_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = x;
	}
	return vec_load(lane);
}

/* As forward, without dropout. */
NOINLINE void dense_evaluate_1(const struct rt_work *work, const real *restrict x,
	const real *restrict kernel, const real *restrict bias, real *restrict y, int tile)
{
	const int width = dense_columns(4);
	SCRATCH(real, sums, SUMS, DENSE_SAMPLES * DENSE_COLUMNS);
	const struct dense_tile t = dense_forward(8, 4, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	for (int r = 0; r < t.rows; r++)
		for (int c = 0; c < t.columns; c += LANES)
			vec_store_channels(y + (ptrdiff_t)(t.first_row + r) * SAMPLE + t.first, dense_evaluate_1_activation(vec_load(sums + r * width + c)
				+ vec_load_channels(bias + t.first, c, t.columns)), c, t.columns);
}


/* Hands a sample's outputs to whoever asked for predictions */
NOINLINE void predict_copy_1(const real *restrict outputs, const struct rt_work *work,
	int sample)
{
	enum { SIZE = 4 };

	if (work->predictions)
		for (int e = 0; e < SIZE; e++)
			work->predictions[(size_t)sample * SIZE + e] = (float)outputs[e];
}

