/* mnist-cnn: one function for each distinct kernel. Written by trainc 0.1.0 from spec.yaml.
 *
 * Included by step.c, and so compiled once for each instruction set. Shapes are constants. SAMPLE kernels work on one
 * sample; those that end in a tile work on a part of the batch or of the weights.
 */

/* pack = the kernel, packed over [kh][kw][i]; a tile is a tap */
NOINLINE void direct_pack_1(const real *restrict kernel, real *restrict pack, int tile)
{
	enum { IN_H = 28, IN_W = 28, IN_C = 1, OUT_H = 26, OUT_W = 26, OUT_C = 32 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 0, .pad_left = 0, .pad_bottom = 0,
		.pad_right = 0
	};

	direct_pack(s, tile, kernel, pack);
}


/* pack[point][in x out, packed] = G kernel G'; a tile is an input channel */
NOINLINE void winograd_sparse_pack_1(const real *restrict kernel, real *restrict pack, int tile)
{
	winograd_pack(4, 32, 64, tile, kernel, pack);
}


/* pack = kernel, input channels innermost, for dx; a tile is a tap */
NOINLINE void winograd_sparse_pack_data_1(const real *restrict kernel, real *restrict pack, int tile)
{
	enum { IN_C = 32, OUT_C = 64 };
	const struct sparse s = {
		26, 26, IN_C, 24, 24, OUT_C, 3, 3,
		.pad_top = 0, .pad_left = 0, .pad_bottom = 0, .pad_right = 0
	};
	sparse_pack(s, tile, kernel, pack);
}


/* y[h][w][c] = scale * the sample as read, which has its channels first */
NOINLINE void input_reference_forward_1(const struct rt_work *work, int i, real *restrict y)
{
	enum { PIXELS = 28 * 28, CHANNELS = 1, SIZE = PIXELS * CHANNELS };
	const real scale = (real)(0.00392156862745098);
	const size_t from = (size_t)(work->index ? work->index[work->first + i] : work->first + i) * SIZE;

	for (int p = 0; p < PIXELS; p++)
		for (int c = 0; c < CHANNELS; c++) {
			const int e = c * PIXELS + p;
			y[p * CHANNELS + c] = scale * (work->bytes ? (real)work->bytes[from + e] : (real)work->floats[from + e]);
		}
}


INLINE vec direct_forward_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
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
	const int numbers = s.out_c % LANES ? rows * s.out_w * s.out_c : 0;
	for (int e = 0; e < numbers; e += LANES)
		vec_store_channels(to, direct_forward_1_activation(vec_load_channels(to, e, numbers)), e, numbers);
}

/* y[oh][ow][o] = relu(bias[o] + sum of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]) */
NOINLINE void direct_forward_1(const real *restrict x,
	const real *restrict pack, const real *restrict bias, real *restrict y,
	real *restrict scratch)
{
	enum { IN_H = 28, IN_W = 28, IN_C = 1, OUT_H = 26, OUT_W = 26, OUT_C = 32 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 0, .pad_left = 0, .pad_bottom = 0,
		.pad_right = 0
	};
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);

	direct_forward_1_rows(s, OUT_H, padded_x, pack, bias, y);
}


INLINE vec winograd_sparse_forward_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

/* y[oh][ow][o] = relu(bias[o] + sum of x[oh + kh - pad][ow + kw - pad][i] * kernel[kh][kw][i][o]) by Winograd F(4x4, 3x3),
 * the largest of each 2x2 window of it, dropped out. pack is the kernel transformed.
 * saved has a byte an element of y: its place in the window, and 4 where the gradient passes. */
NOINLINE void winograd_sparse_forward_1(const struct rt_work *work, int sample, const real *restrict x,
	const real *restrict pack,
	const real *restrict bias, real *restrict y,
	real *restrict saved, real *restrict scratch)
{
	enum { samples = 1 };
	enum { IN_H = 26, IN_W = 26, IN_C = 32, OUT_H = 24, OUT_W = 24, OUT_C = 64 };
	enum { TILE = 4, PAD_TOP = 0, PAD_LEFT = 0, POOL = 2 };
	const struct winograd s = {IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, PAD_TOP, PAD_LEFT, POOL, TILE};
	const int tiles = samples * winograd_tiles(s);
	const int block = winograd_block(s, WINOGRAD_FORWARD);
	const struct input in = {.x = x};
	struct asking next = {.parts = winograd_points(TILE) * ((tiles + block - 1) / block) * ((OUT_C + WINOGRAD_PANEL - 1) / WINOGRAD_PANEL)};
	real *v = scratch, *m = v + winograd_size(TILE, block, IN_C);
	uint8_t *restrict bytes = (uint8_t *)saved;
	const double rate = 0.25;
	const vec scale = vec_broadcast((real)(1 / (1 - rate)));

	for (int i = 0; i < samples; i++) {
		const struct philox random = philox_of(work->seed, 4, work->step, (uint32_t)(work->batch_offset + sample + i));
		philox_keep(&random, 0, 9216, rate, (uint8_t *)(saved + (ptrdiff_t)i * SAMPLE));
	}
	for (int first = 0; first < tiles; first += block) {
		const int n = at_most(tiles - first, block);
		uint64_t empty[WINOGRAD_FORWARD];
		winograd_inputs(s, in, SAMPLE, first, n, block, v);
		winograd_empty(s, in, SAMPLE, first, n, empty);
		for (int panel = 0; panel < OUT_C; panel += WINOGRAD_PANEL) {
			winograd_outputs(s, panel, n, block, v, pack, m, &next);
			for (int e = 0; e < n * BLOCK_COLUMNS; e++) {
				const int t = e / BLOCK_COLUMNS, c = panel + e % BLOCK_COLUMNS * LANES;
				const int tile = (first + t) % winograd_tiles(s);
				const ptrdiff_t base = (ptrdiff_t)((first + t) / winograd_tiles(s)) * SAMPLE;
				vec z[4][4];
				if (c >= OUT_C)
					continue;
				const vec shift = vec_load_channels(bias, c, OUT_C);
				winograd_tile(TILE, m + t * WINOGRAD_PANEL + c - panel, winograd_point(block, WINOGRAD_PANEL), z);
				winograd_clear(TILE, empty[t], z);
				UNROLL for (int i = 0; i < TILE * TILE; i++)
					z[i / TILE][i % TILE] = winograd_sparse_forward_1_activation(z[i / TILE][i % TILE] + shift);
				UNROLL for (int k = 0; k < TILE * TILE / POOL / POOL; k++) {
					const int i = k * POOL / TILE * POOL, j = k * POOL % TILE;
					const ptrdiff_t at = winograd_place(s, tile, i / POOL, j / POOL);
					if (at < 0)
						continue;
					vec_mask which = {0};
					vec out = vec_largest(z[i][j], z[i][j + 1], z[i + 1][j], z[i + 1][j + 1], &which);
					const vec_mask kept = vec_load_bytes(bytes + base * (ptrdiff_t)sizeof(real) + at, c, OUT_C);
					out = (vec)((vec_mask)(out * scale) & kept);
					which |= (vec_mask)(out > 0) & 4;
					vec_store_channels(y + base + at, out, c, OUT_C);
					vec_store_bytes(bytes + base * (ptrdiff_t)sizeof(real) + at, which, c, OUT_C);
				}
			}
		}
	}
}


INLINE vec dense_forward_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

/* y[o] = relu(bias[o] + sum over i of x[i] * kernel[i][o]), dropped out; saved has a byte an
 * element, 4 where the gradient passes. A tile is a thread's part of the batch, of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_forward_1(const struct rt_work *work, const real *restrict x, const real *restrict kernel,
	const real *restrict bias, real *restrict y, real *restrict saved, int tile)
{
	const int width = dense_columns(128);
	ALIGNED real sums[DENSE_SAMPLES * DENSE_COLUMNS];
	const struct dense_tile t = dense_forward(9216, 128, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	/* sums of tile t, rows width apart, with bias and activation, dropped out */
	const double rate = 0.5;
	const vec scale = vec_broadcast((real)(1 / (1 - rate)));

	for (int r = 0; r < t.rows; r++) {
		const ptrdiff_t row = (ptrdiff_t)(t.first_row + r) * SAMPLE;
		const struct philox random = philox_of(work->seed, 7, work->step, (uint32_t)(work->batch_offset + t.first_row + r));
		uint8_t keep[128 + PHILOX_BLOCK], *bytes = (uint8_t *)(saved + row);
		philox_keep(&random, (uint32_t)t.first, (uint32_t)t.columns, rate, keep);
		for (int c = 0; c < t.columns; c += LANES) {
			vec out = dense_forward_1_activation(vec_load(sums + r * width + c) + vec_load_channels(bias + t.first, c, t.columns));
			const vec_mask kept = vec_load_bytes(keep, c, t.columns);
			vec_mask which = {0};
			out = (vec)((vec_mask)(out * scale) & kept);
			which |= (vec_mask)(out > 0) & 4;
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
		lane[i] = x;
	}
	return vec_load(lane);
}

/* y[o] = bias[o] + sum over i of x[i] * kernel[i][o]. A tile is a thread's part of the batch, of up to
 * DENSE_COLUMNS outputs */
NOINLINE void dense_forward_2(const struct rt_work *work, const real *restrict x, const real *restrict kernel,
	const real *restrict bias, real *restrict y, int tile)
{
	const int width = dense_columns(10);
	ALIGNED real sums[DENSE_SAMPLES * DENSE_COLUMNS];
	const struct dense_tile t = dense_forward(128, 10, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	/* sums of tile t, rows width apart, with bias and activation */

	for (int r = 0; r < t.rows; r++) {
		const ptrdiff_t row = (ptrdiff_t)(t.first_row + r) * SAMPLE;
		for (int c = 0; c < t.columns; c += LANES) {
			vec out = dense_forward_2_activation(vec_load(sums + r * width + c) + vec_load_channels(bias + t.first, c, t.columns));
			vec_store_channels(y + row + t.first, out, c, t.columns);
		}
	}
}


/* y[o][l][i] = exp(x[o][l][i] - max) / sum over l; the largest is taken off so that exp cannot overflow */
NOINLINE void softmax_reference_forward_1(const real *restrict x, real *restrict y)
{
	enum { OUTER = 1, LENGTH = 10, INNER = 1 };

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
	enum { SIZE = 10 };
	const real fuzz = (real)(1e-07);
	real sum = 0;

	for (int c = 0; c < SIZE; c++)
		sum += p[c];
	*loss = -real_log(real_min(real_max(p[(int)label] / sum, fuzz), 1 - fuzz));
}


/* 1 when the largest output (the first of equals) is the label's, else 0 */
NOINLINE void metric_categorical_accuracy_1(const real *restrict p, float label, real *restrict metric)
{
	enum { SIZE = 10 };
	int best = 0;

	for (int c = 1; c < SIZE; c++)
		if (p[c] > p[best])
			best = c;
	*metric = best == (int)label;
}


/* dp[c] = (1 / sum of p - [c = label] / p[label]) / batch, and 0 where the clip holds */
NOINLINE void loss_reference_categorical_crossentropy_backward_1(const struct rt_work *work, const real *restrict p, float label, real *restrict dp)
{
	enum { SIZE = 10 };
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
NOINLINE void softmax_reference_backward_1(const real *restrict y, const real *restrict dy, real *restrict dx)
{
	enum { OUTER = 1, LENGTH = 10, INNER = 1 };

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
NOINLINE void dense_weights_1(const struct rt_work *work, const real *restrict x, const real *restrict dy, real *restrict d_kernel,
	real *restrict d_bias, int tile)
{
	dense_weights(128, 10, work->n, work->thread_count, SAMPLE, x, dy, d_kernel, d_bias, tile);
}


/* dx[i] = sum over o of dy[o] * kernel[i][o]; a tile is dense_rows samples of dense_data_inputs inputs */
NOINLINE void dense_data_1(const struct rt_work *work, const real *restrict dy, const real *restrict kernel, real *restrict dx, int tile)
{
	dense_data(128, 10, work->n, work->thread_count, SAMPLE, dy, kernel, dx, false, tile);
}



/* dy = the gradient before dropout, activation, from y and saved (see forward) */
NOINLINE void dense_gradient_1(const struct rt_work *work, const real *restrict y, const real *restrict saved, real *restrict dy)
{
	enum { OUT_C = 128, at = 0, byte = 0 };
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	const double rate = 0.5;
	const vec scale = vec_broadcast((real)(1 / (1 - rate)));

	(void)work;
	(void)y;
	for (int c = 0; c < OUT_C; c += LANES) {
		/* d = the gradient before dropout and activation, of the elements at `at`, whose bytes are at `byte` */
		vec d = vec_load_channels(dy + at, c, OUT_C);
		const vec_mask which = vec_load_bytes(bytes + byte, c, OUT_C);
		d *= scale;
		d = (vec)((vec_mask)d & (vec_mask)((which & 4) != 0));
		vec_store_channels(dy + at, d, c, OUT_C);
	}
}


/* d_kernel[i][o] = sum over samples of x[i] * dy[o], d_bias[o] = sum of dy[o]; a tile is dense_weights_inputs rows of up
 * to DENSE_COLUMNS outputs */
NOINLINE void dense_weights_2(const struct rt_work *work, const real *restrict x, const real *restrict dy, real *restrict d_kernel,
	real *restrict d_bias, int tile)
{
	dense_weights(9216, 128, work->n, work->thread_count, SAMPLE, x, dy, d_kernel, d_bias, tile);
}


/* dx[i] = sum over o of dy[o] * kernel[i][o]; a tile is dense_rows samples of dense_data_inputs inputs */
NOINLINE void dense_data_2(const struct rt_work *work, const real *restrict dy, const real *restrict kernel, real *restrict dx, int tile)
{
	dense_data(9216, 128, work->n, work->thread_count, SAMPLE, dy, kernel, dx, false, tile);
}



/* From y, saved (see forward) and dy, with dz = dy before dropout, pooling, activation:
 * sums += x * dz, d_bias[o] += sum of dz, dx = dz * kernel, pack being the kernel; only where dz is not zero. */
NOINLINE void winograd_sparse_backward_1(const struct rt_work *work, const real *restrict x,
	const real *restrict pack, const real *restrict y,
	const real *restrict saved, const real *restrict dy,
	real *restrict dx, real *restrict sums, real *restrict d_bias,
	real *restrict scratch)
{
	enum { IN_C = 32, OUT_C = 64 };
	const struct sparse s = {
		26, 26, IN_C, 24, 24, OUT_C, 3, 3,
		.pad_top = 0, .pad_left = 0, .pad_bottom = 0, .pad_right = 0
	};
	const int band = sparse_band(s) * sparse_width(s), pixels = sparse_height(s) * sparse_width(s);
	const uint8_t *restrict bytes = (const uint8_t *)saved;
	struct sparse_lists lists;
	real *padded_x = sparse_lists(s, scratch, &lists);
	const struct input in = {.x = x};
	x = sparse_inputs(s, in, padded_x);
	vec bias_sum[(OUT_C + LANES - 1) / LANES] = {0};
	const double rate = 0.25;
	const vec scale = vec_broadcast((real)(1 / (1 - rate)));

	(void)work;
	(void)y;
	(void)pack;
	for (int first = 0; first < pixels; first += band) {
		memset(lists.channel_counts, 0, sizeof *lists.channel_counts * OUT_C);
		for (int pixel = first; pixel < first + band && pixel < pixels; pixel++) {
			const ptrdiff_t at = (ptrdiff_t)pixel * OUT_C, byte = at;
			real dz[(OUT_C + LANES - 1) / LANES * LANES];
			for (int c = 0; c < OUT_C; c += LANES) {
				/* d = the gradient before dropout and activation, of the elements at `at`, whose bytes are at `byte` */
				vec d = vec_load_channels(dy + at, c, OUT_C);
				const vec_mask which = vec_load_bytes(bytes + byte, c, OUT_C);
				d *= scale;
				d = (vec)((vec_mask)d & (vec_mask)((which & 4) != 0));
				bias_sum[c / LANES] += d;
				(void)which;
				vec_store(dz + c, d);
			}
			sparse_window(s, pixel, dz, bytes + at, lists);
		}
		sparse_weights(s, x, lists, sums);
	}
	sparse_data(s, lists, pack, padded_x + sparse_inputs_size(s), dx, false);
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
}


INLINE vec direct_backward_1_activation(vec y_lanes, vec dy_lanes)
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

/* From y, saved (see forward) and dy, with dz = dy before activation:
 * d_kernel[kh][kw][i][o] += sum of x * dz, d_bias[o] += sum of dz */
NOINLINE void direct_backward_1(const struct rt_work *work, const real *restrict x,
	const real *restrict pack, const real *restrict y,
	const real *restrict dy,
	real *restrict d_kernel,
	real *restrict d_bias, real *restrict scratch)
{
	enum { IN_H = 28, IN_W = 28, IN_C = 1, OUT_H = 26, OUT_W = 26, OUT_C = 32 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 0, .pad_left = 0, .pad_bottom = 0,
		.pad_right = 0
	};
	enum { POOL = 1, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);
	real *dz = scratch + direct_inputs_size(s, in);
	vec bias_sum[(OUT_C + LANES - 1) / LANES] = {0};

	(void)work;
	(void)pack;
	if (direct_dz_width(s) != OUT_W || OUT_H % POOL || OUT_W % POOL)
		memset(dz, 0, sizeof *dz * (size_t)(POOL * direct_dz_row(s)));
	for (int h = 0; h < HEIGHT; h++) {
		real *rows = dz + 0;
		for (int e = 0; e < WIDTH * vectors_of(OUT_C); e++) {
			const int w = e / vectors_of(OUT_C), c = e % vectors_of(OUT_C) * LANES;
			const ptrdiff_t at = ((ptrdiff_t)h * WIDTH + w) * OUT_C;
			/* d = the gradient before dropout and activation, of the elements at `at`, whose bytes are at `byte` */
			vec d = vec_load_channels(dy + at, c, OUT_C);
			vec out = vec_load_channels(y + at, c, OUT_C);
			d = direct_backward_1_activation(out, d);
			bias_sum[c / LANES] += d;
			vec_store(rows + direct_dz_at(s, 0, w) + c, d);
		}
		direct_weights(s, h * POOL, POOL, padded_x, rows, d_kernel);
	}
	for (int c = 0; c < OUT_C; c += LANES)
		vec_store_channels(d_bias, vec_load_channels(d_bias, c, OUT_C) + bias_sum[c / LANES], c, OUT_C);
}


/* d_kernel = sum over slots of sums, d_bias likewise; a tile is a tap */
NOINLINE void winograd_sparse_finish_1(const struct rt_work *work, const real *restrict sums, const real *restrict bias_sums, real *restrict d_kernel,
	real *restrict d_bias, int tile)
{
	enum { IN_C = 32, OUT_C = 64 };
	const struct sparse s = {
		26, 26, IN_C, 24, 24, OUT_C, 3, 3,
		.pad_top = 0, .pad_left = 0, .pad_bottom = 0, .pad_right = 0
	};
	const int slots = rt_slot_count(work->n);

	sparse_unpack(s, tile, slots, SLOT, sums, d_kernel);
	for (int o = 0; tile == 0 && o < OUT_C; o++) {
		real sum = bias_sums[o];
		for (int slot = 1; slot < slots; slot++)
			sum += bias_sums[(size_t)slot * SLOT + (size_t)o];
		d_bias[o] = sum;
	}
}


/* gradient[e] = sum over slots, in order, of the slot's sums[e]; a tile is ROWS elements */
NOINLINE void merge_merge_1(const struct rt_work *work, const real *restrict sums, real *restrict gradient, int tile)
{
	enum { COUNT = 288, ROWS = 4096 };
	const int slots = rt_slot_count(work->n), begin = tile * ROWS, end = begin + ROWS < COUNT ? begin + ROWS : COUNT;

	memcpy(gradient + begin, sums + begin, sizeof *gradient * (size_t)(end - begin));
	for (int s = 1; s < slots; s++)
		for (int e = begin; e < end; e++)
			gradient[e] += sums[(size_t)s * SLOT + (size_t)e];
}


/* gradient[e] = sum over slots, in order, of the slot's sums[e]; a tile is ROWS elements */
NOINLINE void merge_merge_2(const struct rt_work *work, const real *restrict sums, real *restrict gradient, int tile)
{
	enum { COUNT = 32, ROWS = 4096 };
	const int slots = rt_slot_count(work->n), begin = tile * ROWS, end = begin + ROWS < COUNT ? begin + ROWS : COUNT;

	memcpy(gradient + begin, sums + begin, sizeof *gradient * (size_t)(end - begin));
	for (int s = 1; s < slots; s++)
		for (int e = begin; e < end; e++)
			gradient[e] += sums[(size_t)s * SLOT + (size_t)e];
}


INLINE vec winograd_sparse_evaluate_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

/* As forward, without dropout and with nothing saved. */
NOINLINE void winograd_sparse_evaluate_1(const real *restrict x, const real *restrict pack, const real *restrict bias, real *restrict y,
	real *restrict scratch)
{
	enum { samples = 1 };
	enum { IN_H = 26, IN_W = 26, IN_C = 32, OUT_H = 24, OUT_W = 24, OUT_C = 64 };
	enum { TILE = 4, PAD_TOP = 0, PAD_LEFT = 0, POOL = 2 };
	const struct winograd s = {IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, PAD_TOP, PAD_LEFT, POOL, TILE};
	const int tiles = samples * winograd_tiles(s);
	const int block = winograd_block(s, WINOGRAD_FORWARD);
	real *v = scratch, *m = v + winograd_size(TILE, block, IN_C);

	for (int first = 0; first < tiles; first += block) {
		const int n = at_most(tiles - first, block);
		uint64_t empty[WINOGRAD_FORWARD];
		winograd_inputs(s, (struct input){.x = x}, SAMPLE, first, n, block, v);
		winograd_empty(s, (struct input){.x = x}, SAMPLE, first, n, empty);
		for (int panel = 0; panel < OUT_C; panel += WINOGRAD_PANEL) {
			winograd_outputs(s, panel, n, block, v, pack, m, NULL);
			for (int e = 0; e < n * BLOCK_COLUMNS; e++) {
				const int t = e / BLOCK_COLUMNS, c = panel + e % BLOCK_COLUMNS * LANES;
				const int tile = (first + t) % winograd_tiles(s);
				const ptrdiff_t base = (ptrdiff_t)((first + t) / winograd_tiles(s)) * SAMPLE;
				vec z[4][4];
				if (c >= OUT_C)
					continue;
				const vec shift = vec_load_channels(bias, c, OUT_C);
				winograd_tile(TILE, m + t * WINOGRAD_PANEL + c - panel, winograd_point(block, WINOGRAD_PANEL), z);
				winograd_clear(TILE, empty[t], z);
				UNROLL for (int i = 0; i < TILE * TILE; i++)
					z[i / TILE][i % TILE] = winograd_sparse_evaluate_1_activation(z[i / TILE][i % TILE] + shift);
				UNROLL for (int k = 0; k < TILE * TILE / POOL / POOL; k++) {
					const int i = k * POOL / TILE * POOL, j = k * POOL % TILE;
					const ptrdiff_t at = winograd_place(s, tile, i / POOL, j / POOL);
					if (at < 0)
						continue;
					vec_mask which = {0};
					vec out = vec_largest(z[i][j], z[i][j + 1], z[i + 1][j], z[i + 1][j + 1], &which);
					(void)which;
					vec_store_channels(y + base + at, out, c, OUT_C);
				}
			}
		}
	}
}


INLINE vec dense_evaluate_1_activation(vec v)
{
	real lane[LANES];
	vec_store(lane, v);
	LANEWISE for (int i = 0; i < LANES; i++) {
		const real x = lane[i];
		lane[i] = real_max(x, 0);
	}
	return vec_load(lane);
}

/* As forward, without dropout. */
NOINLINE void dense_evaluate_1(const struct rt_work *work, const real *restrict x, const real *restrict kernel,
	const real *restrict bias, real *restrict y, int tile)
{
	const int width = dense_columns(128);
	ALIGNED real sums[DENSE_SAMPLES * DENSE_COLUMNS];
	const struct dense_tile t = dense_forward(9216, 128, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
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
		lane[i] = x;
	}
	return vec_load(lane);
}

/* As forward, without dropout. */
NOINLINE void dense_evaluate_2(const struct rt_work *work, const real *restrict x, const real *restrict kernel,
	const real *restrict bias, real *restrict y, int tile)
{
	const int width = dense_columns(10);
	ALIGNED real sums[DENSE_SAMPLES * DENSE_COLUMNS];
	const struct dense_tile t = dense_forward(128, 10, work->n, work->thread_count, SAMPLE, x, kernel, tile, sums);
	for (int r = 0; r < t.rows; r++)
		for (int c = 0; c < t.columns; c += LANES)
			vec_store_channels(y + (ptrdiff_t)(t.first_row + r) * SAMPLE + t.first, dense_evaluate_2_activation(vec_load(sums + r * width + c)
				+ vec_load_channels(bias + t.first, c, t.columns)), c, t.columns);
}


/* Hands a sample's outputs to whoever asked for predictions */
NOINLINE void predict_copy_1(const real *restrict y, const struct rt_work *work, int i)
{
	enum { SIZE = 10 };

	if (work->predictions)
		for (int e = 0; e < SIZE; e++)
			work->predictions[(size_t)i * SIZE + e] = (float)y[e];
}

