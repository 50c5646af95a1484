/* bfloat16: one function for each distinct kernel. Written by trainc 0.1.0 from spec.yaml.
 *
 * Included by step.c, and so compiled once for each instruction set. Shapes are constants. SAMPLE kernels work on one
 * sample; those that end in a tile work on a part of the batch or of the weights.
 */

/* pack = the kernel, packed over [kh][kw][i]; a tile is a tap */
NOINLINE void direct_pack_1(const real *restrict kernel, real *restrict pack, int tile)
{
	enum { IN_H = 12, IN_W = 12, IN_C = 1, OUT_H = 10, OUT_W = 10, OUT_C = 4 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 0, .pad_left = 0, .pad_bottom = 0,
		.pad_right = 0
	};

	direct_pack(s, tile, kernel, pack);
}


/* pack = the kernel in bfloat16, block by block, for products over its rows; a tile is a block of up to BF16_COLUMNS columns */
NOINLINE void dense_bf16_pack_1(const real *restrict kernel, real *restrict pack, int tile)
{
	bf16_pack(400, 10, kernel, pack, tile);
}


/* y[h][w][c] = scale * the sample as read */
NOINLINE void input_reference_forward_1(const struct rt_work *work, int sample, real *restrict y)
{
	enum { PIXELS = 12 * 12, CHANNELS = 1, SIZE = PIXELS * CHANNELS };
	const real scale = (real)(1.0);
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
NOINLINE void direct_forward_1(const real *restrict x, const real *restrict pack,
	const real *restrict bias, real *restrict y, real *restrict scratch)
{
	enum { IN_H = 12, IN_W = 12, IN_C = 1, OUT_H = 10, OUT_W = 10, OUT_C = 4 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 0, .pad_left = 0, .pad_bottom = 0,
		.pad_right = 0
	};
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);

	direct_forward_1_rows(s, OUT_H, padded_x, pack, bias, y);
}


/* y[o] = bias[o] + sum over i of bf16(x[i]) * bf16(kernel[i][o]), pack being the kernel in bfloat16; a tile is
 * BF16_ROWS samples of up to BF16_COLUMNS outputs */
NOINLINE void dense_bf16_forward_1(const struct rt_work *work, const real *restrict x,
	const real *restrict pack, const real *restrict bias, real *restrict y, int tile)
{
	bf16_forward(400, 10, work->n, SAMPLE, x, pack, bias, y, tile);
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
NOINLINE void metric_categorical_accuracy_1(const real *restrict outputs, float label,
	real *restrict metric)
{
	enum { SIZE = 10 };
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
NOINLINE void softmax_reference_backward_1(const real *restrict y, const real *restrict dy,
	real *restrict dx)
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


/* d_kernel[i][o] = sum over samples of bf16(x[i]) * bf16(dy[o]), d_bias[o] = sum of dy[o]; a tile is BF16_INPUTS
 * rows of up to BF16_COLUMNS outputs */
NOINLINE void dense_bf16_weights_1(const struct rt_work *work, const real *restrict x,
	const real *restrict dy, real *restrict d_kernel, real *restrict d_bias, int tile)
{
	bf16_weights(400, 10, work->n, SAMPLE, x, dy, d_kernel, d_bias, tile);
}


/* pack = the kernel's transpose in bfloat16, block by block; a tile is a block of up to BF16_COLUMNS of its columns */
NOINLINE void dense_bf16_transpose_1(const real *restrict kernel, real *restrict pack, int tile)
{
	bf16_pack_transposed(400, 10, kernel, pack, tile);
}


/* dx[i] = sum over o of bf16(dy[o]) * bf16(kernel[i][o]), pack being the kernel's transpose in bfloat16; a tile is
 * BF16_ROWS samples of some BF16_COLUMNS inputs */
NOINLINE void dense_bf16_data_1(const struct rt_work *work, const real *restrict dy,
	const real *restrict pack, real *restrict dx, int tile)
{
	bf16_data(400, 10, work->n, SAMPLE, dy, pack, dx, false, tile);
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
	const real *restrict pack, const real *restrict y, const real *restrict dy, real *restrict d_kernel,
	real *restrict d_bias, real *restrict scratch)
{
	enum { IN_H = 12, IN_W = 12, IN_C = 1, OUT_H = 10, OUT_W = 10, OUT_C = 4 };
	const struct direct s = {
		IN_H, IN_W, IN_C, OUT_H, OUT_W, OUT_C, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
		.dilation_h = 1, .dilation_w = 1, .pad_top = 0, .pad_left = 0, .pad_bottom = 0,
		.pad_right = 0
	};
	enum { POOL = 1, HEIGHT = OUT_H / POOL, WIDTH = OUT_W / POOL };
	const struct input in = {.x = x};
	const real *padded_x = direct_inputs(s, in, scratch);
	real *dz = scratch + direct_inputs_size(s, in);
	SCRATCH_ZEROS(vec, bias_sum, BIAS, (OUT_C + LANES - 1) / LANES);

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


/* gradient[e] = sum over slots, in order, of the slot's sums[e]; a tile is ROWS elements */
NOINLINE void merge_merge_1(const struct rt_work *work, const real *restrict sums,
	real *restrict gradient, int tile)
{
	enum { COUNT = 36, ROWS = 4096 };
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
	enum { COUNT = 4, ROWS = 4096 };
	const int slots = rt_slot_count(work->n), begin = tile * ROWS, end = begin + ROWS < COUNT ? begin + ROWS : COUNT;

	memcpy(gradient + begin, sums + begin, sizeof *gradient * (size_t)(end - begin));
	for (int s = 1; s < slots; s++)
		for (int e = begin; e < end; e++)
			gradient[e] += sums[(size_t)s * SLOT + (size_t)e];
}


/* Hands a sample's outputs to whoever asked for predictions */
NOINLINE void predict_copy_1(const real *restrict outputs, const struct rt_work *work,
	int sample)
{
	enum { SIZE = 10 };

	if (work->predictions)
		for (int e = 0; e < SIZE; e++)
			work->predictions[(size_t)sample * SIZE + e] = (float)outputs[e];
}

