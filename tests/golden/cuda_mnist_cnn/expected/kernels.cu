/* mnist-cnn: one kernel for each distinct step. Written by trainc 0.1.0 from spec.yaml.
 *
 * Shapes are constants, and each kernel covers the whole batch, work.n samples. Values and gradients are arrays of the
 * batch's samples, channels innermost.
 */
#include <trainc/kernels.cuh>
#include "model.h"

/* y = the batch's samples from the data set, scaled, channels innermost */
KERNEL input_forward_1(struct rt_cuda_work work, real *__restrict__ y)
{
	enum { PIXELS = 28 * 28, CHANNELS = 1, SIZE = PIXELS * CHANNELS };
	const real scale = (real)(0.00392156862745098);

	EACH (e, work.n * SIZE) {
		const long long from = data_sample(work, e / SIZE) * SIZE;
		const int p = (e % SIZE) / CHANNELS, c = e % CHANNELS;
		const long long at = from + c * PIXELS + p;
		y[e] = scale * (work.bytes ? (real)work.bytes[at] : (real)work.floats[at]);
	}
}


/* y[oh][ow][o] = relu of bias[o] + sum over kh, kw, i of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]:
 * the product of all windows, a row each, and the kernel */
KERNEL convolution_forward_1(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ kernel,
	const real *__restrict__ bias, real *__restrict__ output)
{
	enum {
		IN_H = 28, IN_W = 28, IN_C = 1, OUT_H = 26, OUT_W = 26, OUT_C = 32,
		KERNEL_H = 3, KERNEL_W = 3, STRIDE_H = 1, STRIDE_W = 1,
		DILATION_H = 1, DILATION_W = 1, PAD_TOP = 0, PAD_LEFT = 0,
		IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	/* x under the window of output pixel p of the batch, element e of KERNEL_H x KERNEL_W x IN_C; 0 in the padding */
	auto patch = [=](int p, int e) -> real {
		const int kh = e / (KERNEL_W * IN_C), kw = e / IN_C % KERNEL_W;
		const int oh = (p % OUT_PIXELS) / OUT_W, ow = (p % OUT_W);
		const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP, iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
		if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
			return 0;
		return x[(p / OUT_PIXELS * IN_PIXELS + ih * IN_W + iw) * IN_C + e % IN_C];
	};
	auto weight = [=](int o, int e) { return kernel[e * OUT_C + o]; };
	auto store = [=](int p, int o, real x) {
		x += bias[o];
		output[p * OUT_C + o] = real_max(x, 0);
	};

	matrix_product<INNER_IS_SUM, INNER_IS_OUTPUT>((int)blockIdx.x, work.n * OUT_PIXELS, OUT_C, 0,
		KERNEL_H * KERNEL_W * IN_C, patch, weight, store);
}


/* y[oh][ow][o] = relu of bias[o] + sum over kh, kw, i of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]:
 * the product of all windows, a row each, and the kernel */
KERNEL convolution_forward_2(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ kernel,
	const real *__restrict__ bias, real *__restrict__ output)
{
	enum {
		IN_H = 26, IN_W = 26, IN_C = 32, OUT_H = 24, OUT_W = 24, OUT_C = 64,
		KERNEL_H = 3, KERNEL_W = 3, STRIDE_H = 1, STRIDE_W = 1,
		DILATION_H = 1, DILATION_W = 1, PAD_TOP = 0, PAD_LEFT = 0,
		IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	/* x under the window of output pixel p of the batch, element e of KERNEL_H x KERNEL_W x IN_C; 0 in the padding */
	auto patch = [=](int p, int e) -> real {
		const int kh = e / (KERNEL_W * IN_C), kw = e / IN_C % KERNEL_W;
		const int oh = (p % OUT_PIXELS) / OUT_W, ow = (p % OUT_W);
		const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP, iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
		if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
			return 0;
		return x[(p / OUT_PIXELS * IN_PIXELS + ih * IN_W + iw) * IN_C + e % IN_C];
	};
	auto weight = [=](int o, int e) { return kernel[e * OUT_C + o]; };
	auto store = [=](int p, int o, real x) {
		x += bias[o];
		output[p * OUT_C + o] = real_max(x, 0);
	};

	matrix_product<INNER_IS_SUM, INNER_IS_OUTPUT>((int)blockIdx.x, work.n * OUT_PIXELS, OUT_C, 0,
		KERNEL_H * KERNEL_W * IN_C, patch, weight, store);
}


/* y[oh][ow][c] = the largest x[h][w][c] of its window; padding never wins, NaN does */
KERNEL max_pool_forward_1(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	enum {
		IN_H = 24, IN_W = 24, CHANNELS = 64, OUT_H = 12, OUT_W = 12,
		POOL_H = 2, POOL_W = 2, STRIDE_H = 2, STRIDE_W = 2,
		PAD_TOP = 0, PAD_LEFT = 0, IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};

	EACH (e, work.n * OUT_PIXELS * CHANNELS) {
		const int c = (e % CHANNELS), oh = (e / CHANNELS % OUT_PIXELS) / OUT_W, ow = (e / CHANNELS % OUT_W);
		const real *from = x + e / (OUT_PIXELS * CHANNELS) * (IN_PIXELS * CHANNELS) + c;
		const int top = oh * STRIDE_H - PAD_TOP, left = ow * STRIDE_W - PAD_LEFT;
		const int h0 = top < 0 ? 0 : top, h1 = top + POOL_H < IN_H ? top + POOL_H : IN_H;
		const int w0 = left < 0 ? 0 : left, w1 = left + POOL_W < IN_W ? left + POOL_W : IN_W;
		real most = from[(h0 * IN_W + w0) * CHANNELS];
		for (int h = h0; h < h1; h++)
			for (int w = w0; w < w1; w++) {
				const real v = from[(h * IN_W + w) * CHANNELS];
				most = v <= most || most != most ? most : v;
			}
		y[e] = most;
	}
}


/* y = x / (1 - rate) where kept, 0 where dropped: element e is dropped when its random number is below rate */
KERNEL mask_forward_1(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	enum { SIZE = 9216, QUADS = (SIZE + 3) / 4, STREAM = 4 };
	const double rate = 0.25;
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));

	EACH (q, work.n * QUADS) {
		const uint32_t sample = (uint32_t)(q / QUADS), counter = (uint32_t)(q % QUADS);
		uint32_t words[4];
		philox_words(philox_of(work.seed, STREAM, work.step->step, (uint32_t)work.batch_offset + sample), counter, words);
		for (int j = 0; j < 4 && counter * 4 + j < SIZE; j++) {
			const int e = (int)sample * SIZE + counter * 4 + j;
			y[e] = words[j] < below ? 0 : x[e] * scale;
		}
	}
}


/* parts[part][sample][o] = a part of the sum over i of x[i] * kernel[i][o] */
KERNEL dense_parts_1(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ kernel, real *__restrict__ parts)
{
	enum { IN = 9216, OUT = 128, PARTS = 2048 / OUT };
	const int part = (int)blockIdx.x % PARTS;
	auto input = [=](int n, int i) { return x[n * IN + i]; };
	auto weight = [=](int o, int i) { return kernel[i * OUT + o]; };
	auto store = [=](int n, int o, real sum) { parts[(part * work.n + n) * OUT + o] = sum; };

	matrix_product<INNER_IS_SUM, INNER_IS_OUTPUT>((int)blockIdx.x / PARTS, work.n, OUT, IN * part / PARTS,
		IN * (part + 1) / PARTS, input, weight, store);
}


/* y[o] = relu of bias[o] + sum of the parts */
KERNEL dense_forward_1(struct rt_cuda_work work, const real *__restrict__ parts, const real *__restrict__ bias,
	real *__restrict__ output)
{
	enum { OUT = 128, PARTS = 2048 / OUT };

	EACH (e, work.n * OUT) {
		real x = bias[e % OUT];
		for (int part = 0; part < PARTS; part++)
			x += parts[part * work.n * OUT + e];
		output[e] = real_max(x, 0);
	}
}


/* y = x / (1 - rate) where kept, 0 where dropped: element e is dropped when its random number is below rate */
KERNEL mask_forward_2(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	enum { SIZE = 128, QUADS = (SIZE + 3) / 4, STREAM = 7 };
	const double rate = 0.5;
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));

	EACH (q, work.n * QUADS) {
		const uint32_t sample = (uint32_t)(q / QUADS), counter = (uint32_t)(q % QUADS);
		uint32_t words[4];
		philox_words(philox_of(work.seed, STREAM, work.step->step, (uint32_t)work.batch_offset + sample), counter, words);
		for (int j = 0; j < 4 && counter * 4 + j < SIZE; j++) {
			const int e = (int)sample * SIZE + counter * 4 + j;
			y[e] = words[j] < below ? 0 : x[e] * scale;
		}
	}
}


/* parts[part][sample][o] = a part of the sum over i of x[i] * kernel[i][o] */
KERNEL dense_parts_2(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ kernel, real *__restrict__ parts)
{
	enum { IN = 128, OUT = 10, PARTS = 10 / OUT };
	const int part = (int)blockIdx.x % PARTS;
	auto input = [=](int n, int i) { return x[n * IN + i]; };
	auto weight = [=](int o, int i) { return kernel[i * OUT + o]; };
	auto store = [=](int n, int o, real sum) { parts[(part * work.n + n) * OUT + o] = sum; };

	matrix_product<INNER_IS_SUM, INNER_IS_OUTPUT>((int)blockIdx.x / PARTS, work.n, OUT, IN * part / PARTS,
		IN * (part + 1) / PARTS, input, weight, store);
}


/* y[o] = bias[o] + sum of the parts */
KERNEL dense_forward_2(struct rt_cuda_work work, const real *__restrict__ parts, const real *__restrict__ bias,
	real *__restrict__ output)
{
	enum { OUT = 10, PARTS = 10 / OUT };

	EACH (e, work.n * OUT) {
		real x = bias[e % OUT];
		for (int part = 0; part < PARTS; part++)
			x += parts[part * work.n * OUT + e];
		output[e] = x;
	}
}


/* y[o][l][i] = exp(x[o][l][i] - max) / sum over l; the largest is taken off so that exp cannot overflow */
KERNEL softmax_forward_1(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	enum { OUTER = 1, LENGTH = 10, INNER = 1 };

	EACH (e, work.n * OUTER * INNER) {
		const real *from = x + e / INNER * LENGTH * INNER + e % INNER;
		real *to = y + e / INNER * LENGTH * INNER + e % INNER;
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
KERNEL loss_categorical_crossentropy_forward_1(struct rt_cuda_work work, const real *__restrict__ outputs)
{
	enum { SIZE = 10 };
	const real fuzz = (real)(1e-07);

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		real sum = 0;

		for (int c = 0; c < SIZE; c++)
			sum += p[c];
		work.loss[i] = -real_log(real_min(real_max(p[(int)label] / sum, fuzz), 1 - fuzz));
	}
}


/* 1 when the largest output (the first of equals) is the label's, else 0 */
KERNEL metric_categorical_accuracy_1(struct rt_cuda_work work, const real *__restrict__ outputs, real *__restrict__ metric)
{
	enum { SIZE = 10 };

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		int best = 0;

		for (int c = 1; c < SIZE; c++)
			if (p[c] > p[best])
				best = c;
		metric[i] = best == (int)label;
	}
}


/* dp[c] = (1 / sum of p - [c = label] / p[label]) / batch, and 0 where the clip holds */
KERNEL loss_categorical_crossentropy_backward_1(struct rt_cuda_work work, const real *__restrict__ outputs, real *__restrict__ d_outputs)
{
	enum { SIZE = 10 };
	const real fuzz = (real)(1e-07), part = 1 / (real)work.total;

	EACH (i, work.n) {
		const real *p = outputs + i * SIZE;
		const float label = data_label(work, i);
		real *dp = d_outputs + i * SIZE;
		const int hit = (int)label;
		real sum = 0;

		for (int c = 0; c < SIZE; c++)
			sum += p[c];
		const real share = p[hit] / sum;
		const real passes = share >= fuzz && share <= 1 - fuzz ? part : 0;
		for (int c = 0; c < SIZE; c++)
			dp[c] = passes == 0 ? 0 : passes * (1 / sum - (c == hit ? 1 / p[hit] : 0));
	}
}


/* dx[o][l][i] = y * (dy - sum over l of dy * y) */
KERNEL softmax_backward_1(struct rt_cuda_work work, const real *__restrict__ y, const real *__restrict__ dy, real *__restrict__ dx)
{
	enum { OUTER = 1, LENGTH = 10, INNER = 1 };

	EACH (e, work.n * OUTER * INNER) {
		const int base = e / INNER * LENGTH * INNER + e % INNER;
		real dot = 0;
		for (int l = 0; l < LENGTH; l++)
			dot += dy[base + l * INNER] * y[base + l * INNER];
		for (int l = 0; l < LENGTH; l++)
			dx[base + l * INNER] = y[base + l * INNER] * (dy[base + l * INNER] - dot);
	}
}


/* d_kernel[i][o] = sum over samples of x[i] * dy[o]; d_bias[o] = sum of dy, the product's last row, of ones */
KERNEL dense_weights_1(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ output,
	const real *__restrict__ d_output, real *__restrict__ d_kernel, real *__restrict__ d_bias)
{
	enum { IN = 128, OUT = 10 };
	auto row = [=](int i, int n) -> real { return i < IN ? x[n * IN + i] : 1; };
	/* the gradient at output o of sample n */
	auto gradient = [=](int o, int n) -> real {
		const real dy = d_output[n * OUT + o];
		return dy;
	};
	auto store = [=](int i, int o, real sum) {
		if (i < IN)
			d_kernel[i * OUT + o] = sum;
		else
			d_bias[o] = sum;
	};

	(void)output;
	matrix_product<INNER_IS_OUTPUT, INNER_IS_OUTPUT>((int)blockIdx.x, IN + 1, OUT, 0, work.n, row, gradient, store);
}


/* dx[i] = sum over o of dy[o] * kernel[i][o] */
KERNEL dense_data_1(struct rt_cuda_work work, const real *__restrict__ output, const real *__restrict__ d_output,
	const real *__restrict__ kernel, real *__restrict__ dx)
{
	enum { IN = 128, OUT = 10 };
	/* the gradient at output o of sample n */
	auto gradient = [=](int o, int n) -> real {
		const real dy = d_output[n * OUT + o];
		return dy;
	};
	auto row = [=](int n, int o) { return gradient(o, n); };
	auto weight = [=](int i, int o) { return kernel[i * OUT + o]; };
	auto store = [=](int n, int i, real sum) { dx[n * IN + i] = sum; };

	(void)output;
	matrix_product<INNER_IS_SUM, INNER_IS_SUM>((int)blockIdx.x, work.n, IN, 0, OUT, row, weight, store);
}


/* dx = dy / (1 - rate) where forward kept x, by the same random numbers */
KERNEL mask_backward_1(struct rt_cuda_work work, const real *__restrict__ dy, real *__restrict__ dx)
{
	enum { SIZE = 128, QUADS = (SIZE + 3) / 4, STREAM = 7 };
	const double rate = 0.5;
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));

	EACH (q, work.n * QUADS) {
		const uint32_t sample = (uint32_t)(q / QUADS), counter = (uint32_t)(q % QUADS);
		uint32_t words[4];
		philox_words(philox_of(work.seed, STREAM, work.step->step, (uint32_t)work.batch_offset + sample), counter, words);
		for (int j = 0; j < 4 && counter * 4 + j < SIZE; j++) {
			const int e = (int)sample * SIZE + counter * 4 + j;
			dx[e] = words[j] < below ? 0 : dy[e] * scale;
		}
	}
}


/* d_kernel[i][o] = sum over samples of x[i] * dy[o]; d_bias[o] = sum of dy, the product's last row, of ones */
KERNEL dense_weights_2(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ output,
	const real *__restrict__ d_output, real *__restrict__ d_kernel, real *__restrict__ d_bias)
{
	enum { IN = 9216, OUT = 128 };
	auto row = [=](int i, int n) -> real { return i < IN ? x[n * IN + i] : 1; };
	/* the gradient at output o of sample n, through relu */
	auto gradient = [=](int o, int n) -> real {
		const real dy = d_output[n * OUT + o];
		const real y = output[n * OUT + o];
		(void)y;
		return real_select(y > 0, dy, 0);
	};
	auto store = [=](int i, int o, real sum) {
		if (i < IN)
			d_kernel[i * OUT + o] = sum;
		else
			d_bias[o] = sum;
	};

	(void)output;
	matrix_product<INNER_IS_OUTPUT, INNER_IS_OUTPUT>((int)blockIdx.x, IN + 1, OUT, 0, work.n, row, gradient, store);
}


/* dx[i] = sum over o of dy[o] * kernel[i][o] */
KERNEL dense_data_2(struct rt_cuda_work work, const real *__restrict__ output, const real *__restrict__ d_output,
	const real *__restrict__ kernel, real *__restrict__ dx)
{
	enum { IN = 9216, OUT = 128 };
	/* the gradient at output o of sample n, through relu */
	auto gradient = [=](int o, int n) -> real {
		const real dy = d_output[n * OUT + o];
		const real y = output[n * OUT + o];
		(void)y;
		return real_select(y > 0, dy, 0);
	};
	auto row = [=](int n, int o) { return gradient(o, n); };
	auto weight = [=](int i, int o) { return kernel[i * OUT + o]; };
	auto store = [=](int n, int i, real sum) { dx[n * IN + i] = sum; };

	(void)output;
	matrix_product<INNER_IS_SUM, INNER_IS_SUM>((int)blockIdx.x, work.n, IN, 0, OUT, row, weight, store);
}


/* dx = dy / (1 - rate) where forward kept x, by the same random numbers */
KERNEL mask_backward_2(struct rt_cuda_work work, const real *__restrict__ dy, real *__restrict__ dx)
{
	enum { SIZE = 9216, QUADS = (SIZE + 3) / 4, STREAM = 4 };
	const double rate = 0.25;
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));

	EACH (q, work.n * QUADS) {
		const uint32_t sample = (uint32_t)(q / QUADS), counter = (uint32_t)(q % QUADS);
		uint32_t words[4];
		philox_words(philox_of(work.seed, STREAM, work.step->step, (uint32_t)work.batch_offset + sample), counter, words);
		for (int j = 0; j < 4 && counter * 4 + j < SIZE; j++) {
			const int e = (int)sample * SIZE + counter * 4 + j;
			dx[e] = words[j] < below ? 0 : dy[e] * scale;
		}
	}
}


/* dx[h][w][c] = sum of dy over the windows of which x[h][w][c] is the first largest */
KERNEL max_pool_backward_1(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ dy, real *__restrict__ dx)
{
	enum {
		IN_H = 24, IN_W = 24, CHANNELS = 64, OUT_H = 12, OUT_W = 12,
		POOL_H = 2, POOL_W = 2, STRIDE_H = 2, STRIDE_W = 2,
		PAD_TOP = 0, PAD_LEFT = 0, IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};

	EACH (e, work.n * IN_PIXELS * CHANNELS) {
		/* the windows that element e of the input lies in */
		const int c = (e % CHANNELS), ih = (e / CHANNELS % IN_PIXELS) / IN_W, iw = (e / CHANNELS % IN_W);
		const int sample = e / (IN_PIXELS * CHANNELS);
		const int h = ih + PAD_TOP, w = iw + PAD_LEFT;
		const int oh0 = h < POOL_H ? 0 : (h - POOL_H) / STRIDE_H + 1, oh1 = h / STRIDE_H + 1 < OUT_H ? h / STRIDE_H + 1 : OUT_H;
		const int ow0 = w < POOL_W ? 0 : (w - POOL_W) / STRIDE_W + 1, ow1 = w / STRIDE_W + 1 < OUT_W ? w / STRIDE_W + 1 : OUT_W;
		const real *from = x + sample * IN_PIXELS * CHANNELS + c;
		real sum = 0;
		for (int oh = oh0; oh < oh1; oh++)
			for (int ow = ow0; ow < ow1; ow++) {
		const int top = oh * STRIDE_H - PAD_TOP, left = ow * STRIDE_W - PAD_LEFT;
		const int h0 = top < 0 ? 0 : top, h1 = top + POOL_H < IN_H ? top + POOL_H : IN_H;
		const int w0 = left < 0 ? 0 : left, w1 = left + POOL_W < IN_W ? left + POOL_W : IN_W;
				int best = h0 * IN_W + w0;
				for (int i = h0; i < h1; i++)
					for (int j = w0; j < w1; j++)
						if (from[(i * IN_W + j) * CHANNELS] > from[best * CHANNELS])
							best = i * IN_W + j;
				if (best == ih * IN_W + iw)
					sum += dy[((sample * OUT_PIXELS) + oh * OUT_W + ow) * CHANNELS + c];
			}
		dx[e] = sum;
	}
}


/* A slot's d_kernel[kh][kw][i][o] = sum over oh, ow of x[oh * stride + kh * dilation - pad][…][i] * dy[oh][ow][o]; d_bias[o] = sum of
 * dy, the product's last row, of ones */
KERNEL convolution_weights_1(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ output,
	const real *__restrict__ d_output, real *__restrict__ d_kernel, real *__restrict__ d_bias)
{
	enum {
		IN_H = 26, IN_W = 26, IN_C = 32, OUT_H = 24, OUT_W = 24, OUT_C = 64,
		KERNEL_H = 3, KERNEL_W = 3, STRIDE_H = 1, STRIDE_W = 1,
		DILATION_H = 1, DILATION_W = 1, PAD_TOP = 0, PAD_LEFT = 0,
		IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	enum { WEIGHTS_ROWS = KERNEL_H * KERNEL_W * IN_C, BLOCKS = TILES(WEIGHTS_ROWS + 1, OUT_C) };
	const int slot = (int)blockIdx.x / BLOCKS;
	/* x under the window of output pixel p of the batch, element e of KERNEL_H x KERNEL_W x IN_C; 0 in the padding */
	auto patch = [=](int p, int e) -> real {
		const int kh = e / (KERNEL_W * IN_C), kw = e / IN_C % KERNEL_W;
		const int oh = (p % OUT_PIXELS) / OUT_W, ow = (p % OUT_W);
		const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP, iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
		if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
			return 0;
		return x[(p / OUT_PIXELS * IN_PIXELS + ih * IN_W + iw) * IN_C + e % IN_C];
	};
	auto row = [=](int e, int p) { return e < WEIGHTS_ROWS ? patch(p, e) : 1; };
	/* the gradient at channel o of output pixel p, through relu */
	auto gradient = [=](int o, int p) -> real {
		const real dy = d_output[p * OUT_C + o];
		const real y = output[p * OUT_C + o];
		(void)y;
		return real_select(y > 0, dy, 0);
	};
	auto store = [=](int e, int o, real sum) {
		if (e < WEIGHTS_ROWS)
			d_kernel[(size_t)slot * SLOT + e * OUT_C + o] = sum;
		else
			d_bias[(size_t)slot * SLOT + o] = sum;
	};

	(void)output;
	matrix_product<INNER_IS_OUTPUT, INNER_IS_OUTPUT>((int)blockIdx.x % BLOCKS, WEIGHTS_ROWS + 1, OUT_C,
		slot_begin(work, slot) * OUT_PIXELS, slot_begin(work, slot + 1) * OUT_PIXELS,
		row, gradient, store);
}


/* dx[ih][iw][i] = sum over the outputs it reached of dy[oh][ow][o] * kernel[kh][kw][i][o] */
KERNEL convolution_data_1(struct rt_cuda_work work, const real *__restrict__ output, const real *__restrict__ d_output,
	const real *__restrict__ kernel, real *__restrict__ dx)
{
	enum {
		IN_H = 26, IN_W = 26, IN_C = 32, OUT_H = 24, OUT_W = 24, OUT_C = 64,
		KERNEL_H = 3, KERNEL_W = 3, STRIDE_H = 1, STRIDE_W = 1,
		DILATION_H = 1, DILATION_W = 1, PAD_TOP = 0, PAD_LEFT = 0,
		IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	/* the gradient at channel o of output pixel p, through relu */
	auto gradient = [=](int o, int p) -> real {
		const real dy = d_output[p * OUT_C + o];
		const real y = output[p * OUT_C + o];
		(void)y;
		return real_select(y > 0, dy, 0);
	};
	/* the gradient that input pixel p gets through element e of KERNEL_H x KERNEL_W x OUT_C */
	auto reached = [=](int p, int e) -> real {
		const int kh = e / (KERNEL_W * OUT_C), kw = e / OUT_C % KERNEL_W;
		const int h = (p % IN_PIXELS) / IN_W + PAD_TOP - kh * DILATION_H, w = (p % IN_W) + PAD_LEFT - kw * DILATION_W;
		if (h < 0 || w < 0 || h % STRIDE_H || w % STRIDE_W || h / STRIDE_H >= OUT_H || w / STRIDE_W >= OUT_W)
			return 0;
		return gradient(e % OUT_C, p / IN_PIXELS * OUT_PIXELS + h / STRIDE_H * OUT_W + w / STRIDE_W);
	};
	auto weight = [=](int i, int e) { return kernel[(e / OUT_C * IN_C + i) * OUT_C + e % OUT_C]; };
	auto store = [=](int p, int i, real sum) { dx[p * IN_C + i] = sum; };

	(void)output;
	matrix_product<INNER_IS_SUM, INNER_IS_SUM>((int)blockIdx.x, work.n * IN_PIXELS, IN_C, 0,
		KERNEL_H * KERNEL_W * OUT_C, reached, weight, store);
}


/* gradient[e] = sum over slots, in order, of the slot's sums[e] */
KERNEL merge_merge_1(struct rt_cuda_work work, const real *__restrict__ sums, real *__restrict__ gradient)
{
	const int slots = work.slots;

	EACH (e, 18432) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + e];
		gradient[e] = sum;
	}
}


/* gradient[e] = sum over slots, in order, of the slot's sums[e] */
KERNEL merge_merge_2(struct rt_cuda_work work, const real *__restrict__ sums, real *__restrict__ gradient)
{
	const int slots = work.slots;

	EACH (e, 64) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + e];
		gradient[e] = sum;
	}
}


/* A slot's d_kernel[kh][kw][i][o] = sum over oh, ow of x[oh * stride + kh * dilation - pad][…][i] * dy[oh][ow][o]; d_bias[o] = sum of
 * dy, the product's last row, of ones */
KERNEL convolution_weights_2(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ output,
	const real *__restrict__ d_output, real *__restrict__ d_kernel, real *__restrict__ d_bias)
{
	enum {
		IN_H = 28, IN_W = 28, IN_C = 1, OUT_H = 26, OUT_W = 26, OUT_C = 32,
		KERNEL_H = 3, KERNEL_W = 3, STRIDE_H = 1, STRIDE_W = 1,
		DILATION_H = 1, DILATION_W = 1, PAD_TOP = 0, PAD_LEFT = 0,
		IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	enum { WEIGHTS_ROWS = KERNEL_H * KERNEL_W * IN_C, BLOCKS = TILES(WEIGHTS_ROWS + 1, OUT_C) };
	const int slot = (int)blockIdx.x / BLOCKS;
	/* x under the window of output pixel p of the batch, element e of KERNEL_H x KERNEL_W x IN_C; 0 in the padding */
	auto patch = [=](int p, int e) -> real {
		const int kh = e / (KERNEL_W * IN_C), kw = e / IN_C % KERNEL_W;
		const int oh = (p % OUT_PIXELS) / OUT_W, ow = (p % OUT_W);
		const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP, iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
		if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
			return 0;
		return x[(p / OUT_PIXELS * IN_PIXELS + ih * IN_W + iw) * IN_C + e % IN_C];
	};
	auto row = [=](int e, int p) { return e < WEIGHTS_ROWS ? patch(p, e) : 1; };
	/* the gradient at channel o of output pixel p, through relu */
	auto gradient = [=](int o, int p) -> real {
		const real dy = d_output[p * OUT_C + o];
		const real y = output[p * OUT_C + o];
		(void)y;
		return real_select(y > 0, dy, 0);
	};
	auto store = [=](int e, int o, real sum) {
		if (e < WEIGHTS_ROWS)
			d_kernel[(size_t)slot * SLOT + e * OUT_C + o] = sum;
		else
			d_bias[(size_t)slot * SLOT + o] = sum;
	};

	(void)output;
	matrix_product<INNER_IS_OUTPUT, INNER_IS_OUTPUT>((int)blockIdx.x % BLOCKS, WEIGHTS_ROWS + 1, OUT_C,
		slot_begin(work, slot) * OUT_PIXELS, slot_begin(work, slot + 1) * OUT_PIXELS,
		row, gradient, store);
}


/* gradient[e] = sum over slots, in order, of the slot's sums[e] */
KERNEL merge_merge_3(struct rt_cuda_work work, const real *__restrict__ sums, real *__restrict__ gradient)
{
	const int slots = work.slots;

	EACH (e, 288) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + e];
		gradient[e] = sum;
	}
}


/* gradient[e] = sum over slots, in order, of the slot's sums[e] */
KERNEL merge_merge_4(struct rt_cuda_work work, const real *__restrict__ sums, real *__restrict__ gradient)
{
	const int slots = work.slots;

	EACH (e, 32) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + e];
		gradient[e] = sum;
	}
}


/* y = x: dropout is for training */
KERNEL mask_evaluate_1(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	EACH (e, work.n * 9216)
		y[e] = x[e];
}


/* y = x: dropout is for training */
KERNEL mask_evaluate_2(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	EACH (e, work.n * 128)
		y[e] = x[e];
}


/* Hands the batch's outputs to whoever asked for predictions */
KERNEL predict_copy_1(struct rt_cuda_work work, const real *__restrict__ outputs)
{
	enum { SIZE = 10 };

	if (!work.predictions)
		return;
	EACH (i, work.n)
		for (int c = 0; c < SIZE; c++)
			work.predictions[i * SIZE + c] = (float)outputs[i * SIZE + c];
}


/* SGD, one pass over all trainable weights. */
KERNEL update(struct rt_cuda_work work, real *__restrict__ weights, const real *__restrict__ gradient, real *__restrict__ states)
{
	const double t = (double)work.step->iterations, lr = work.step->lr / (1 + work.step->decay * t);
	const double momentum = 0.9;
	const real rate = (real)lr, keep = (real)momentum;
	real *velocitys = states + (size_t)0 * TRAINABLE;

	(void)lr, (void)t, (void)states;
	(void)momentum;
	if (is_diverged(work, TRAINABLE))
		return;
	EACH (i, TRAINABLE) {
		const real g = gradient[i];
		real weight = weights[i];
		real velocity = velocitys[i];
			velocity = keep * velocity - rate * g;
			weight += keep * velocity - rate * g;
		velocitys[i] = velocity;
		weights[i] = weight;
	}
}
