/* mnist-cnn: one kernel for each distinct step. Written by trainc 0.1.0 from spec.yaml.
 *
 * Shapes are constants, and each kernel covers the whole batch, work.n samples. Values and gradients are arrays of the
 * batch's samples, channels innermost.
 */
#include <trainc/cuda/kernels.cuh>
#include "model.h"

/* pack[o][kh][kw][i] = kernel[kh][kw][i][o]: the order that cuDNN reads */
KERNEL convolution_cudnn_pack_1(struct rt_cuda_work work, const real *__restrict__ kernel, real *__restrict__ pack)
{
	enum { PLACES = 3 * 3 * 1, OUT_C = 32 };

	EACH (e, PLACES * OUT_C)
		pack[e] = kernel[e % PLACES * OUT_C + e / PLACES];
}


/* pack[o][kh][kw][i] = kernel[kh][kw][i][o]: the order that cuDNN reads */
KERNEL convolution_cudnn_pack_2(struct rt_cuda_work work, const real *__restrict__ kernel, real *__restrict__ pack)
{
	enum { PLACES = 3 * 3 * 32, OUT_C = 64 };

	EACH (e, PLACES * OUT_C)
		pack[e] = kernel[e % PLACES * OUT_C + e / PLACES];
}


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


/* y[oh][ow][c] = the largest x[h][w][c] of its window, / (1 - rate) where kept, 0 where dropped; four elements a thread, which
 * share a counter of random words */
KERNEL max_pool_mask_forward_1(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	enum {
		IN_H = 24, IN_W = 24, CHANNELS = 64, OUT_H = 12, OUT_W = 12,
		POOL_H = 2, POOL_W = 2, STRIDE_H = 2, STRIDE_W = 2,
		PAD_TOP = 0, PAD_LEFT = 0, IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	enum { SIZE = OUT_PIXELS * CHANNELS, STREAM = 4 };
	const double rate = 0.25;
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));
	/* whose random words are these: of a sample here */
	auto random = [=](int sample) {
		return philox_of(work.seed, STREAM, work.step->step, (uint32_t)(work.batch_offset + sample));
	};
	enum { QUADS = (SIZE + 3) / 4 };

	EACH (q, work.n * QUADS) {
		const int sample = q / QUADS;
		uint32_t words[4];
		philox_words(random(sample), (uint32_t)(q % QUADS), words);
		for (int j = 0; j < 4 && q % QUADS * 4 + j < SIZE; j++) {
			const int e = q % QUADS * 4 + j, c = e % CHANNELS, oh = e / CHANNELS / OUT_W, ow = e / CHANNELS % OUT_W;
			const real *from = x + sample * (IN_PIXELS * CHANNELS) + c;
			const int top = oh * STRIDE_H - PAD_TOP, left = ow * STRIDE_W - PAD_LEFT;
			const int h0 = top < 0 ? 0 : top, h1 = top + POOL_H < IN_H ? top + POOL_H : IN_H;
			const int w0 = left < 0 ? 0 : left, w1 = left + POOL_W < IN_W ? left + POOL_W : IN_W;
			real most = from[(h0 * IN_W + w0) * CHANNELS];
			for (int h = h0; h < h1; h++)
				for (int w = w0; w < w1; w++) {
					const real v = from[(h * IN_W + w) * CHANNELS];
					most = v <= most || most != most ? most : v;
				}
			y[sample * SIZE + e] = words[j] < below ? 0 : most * scale;
		}
	}
}


/* y = x / (1 - rate) where kept, 0 where dropped: element e is dropped when its random number is below rate */
KERNEL mask_forward_1(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
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


/* dz = dy * relu'(x), from y */
KERNEL dense_cublas_through_1(struct rt_cuda_work work, const real *__restrict__ output, const real *__restrict__ d_output, real *__restrict__ dz)
{
	enum { SIZE = 128 };

	EACH (e, work.n * SIZE) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dz[e] = real_select(y > 0, dy, 0);
	}
}


/* dx[h][w][c] = sum of dy / (1 - rate) over the windows that were kept and of which x[h][w][c] is the first largest */
KERNEL max_pool_mask_backward_1(struct rt_cuda_work work, const real *__restrict__ x, const real *__restrict__ dy, real *__restrict__ dx)
{
	enum {
		IN_H = 24, IN_W = 24, CHANNELS = 64, OUT_H = 12, OUT_W = 12,
		POOL_H = 2, POOL_W = 2, STRIDE_H = 2, STRIDE_W = 2,
		PAD_TOP = 0, PAD_LEFT = 0, IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	enum { SIZE = OUT_PIXELS * CHANNELS, STREAM = 4 };
	const double rate = 0.25;
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));
	/* whose random words are these: of a sample here */
	auto random = [=](int sample) {
		return philox_of(work.seed, STREAM, work.step->step, (uint32_t)(work.batch_offset + sample));
	};

	EACH (e, work.n * IN_PIXELS * CHANNELS) {
		/* the windows that element e of the input lies in */
		const int c = e % CHANNELS, ih = (e / CHANNELS % IN_PIXELS) / IN_W, iw = e / CHANNELS % IN_W;
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
				const int o = (oh * OUT_W + ow) * CHANNELS + c;
				if (best == ih * IN_W + iw && philox_word(random(sample), (uint32_t)o) >= below)
					sum += dy[sample * SIZE + o] * scale;
			}
		dx[e] = sum;
	}
}


/* dz = dy * relu'(x), from y */
KERNEL convolution_cudnn_through_1(struct rt_cuda_work work, const real *__restrict__ output, const real *__restrict__ d_output, real *__restrict__ dz)
{
	enum { SIZE = 36864 };

	EACH (e, work.n * SIZE) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dz[e] = real_select(y > 0, dy, 0);
	}
}


/* A slot's sums[o] = sum of dz over samples and pixels: cuDNN's own is slow for channels that lie innermost */
KERNEL convolution_cudnn_bias_sums_1(struct rt_cuda_work work, const real *__restrict__ dz, real *__restrict__ sums)
{
	enum { OUT_C = 64, OUT_PIXELS = 24 * 24, GROUPS = CHANNEL_GROUPS(OUT_C) };
	const int slot = (int)blockIdx.x / GROUPS;
	const int o = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const real sum = channel_sum(slot_begin(work, slot) * OUT_PIXELS, slot_begin(work, slot + 1) * OUT_PIXELS,
		[=](int p) -> real { return o < OUT_C ? dz[p * OUT_C + o] : 0; });

	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT_C)
		sums[(size_t)slot * SLOT + o] = sum;
}


/* d_bias[o] = sum over slots, in order, of the slot's sums[o] */
KERNEL convolution_cudnn_bias_1(struct rt_cuda_work work, const real *__restrict__ sums, real *__restrict__ d_bias)
{
	EACH (o, 64) {
		real sum = 0;
		for (int s = 0; s < work.slots; s++)
			sum += sums[(size_t)s * SLOT + o];
		d_bias[o] = sum;
	}
}


/* d_kernel[kh][kw][i][o] = pack[o][kh][kw][i], as cuDNN writes it */
KERNEL convolution_cudnn_unpack_1(struct rt_cuda_work work, const real *__restrict__ pack, real *__restrict__ d_kernel)
{
	enum { PLACES = 3 * 3 * 32, OUT_C = 64 };

	EACH (e, PLACES * OUT_C)
		d_kernel[e] = pack[e % OUT_C * PLACES + e / OUT_C];
}


/* dz = dy * relu'(x), from y */
KERNEL convolution_cudnn_through_2(struct rt_cuda_work work, const real *__restrict__ output, const real *__restrict__ d_output, real *__restrict__ dz)
{
	enum { SIZE = 21632 };

	EACH (e, work.n * SIZE) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dz[e] = real_select(y > 0, dy, 0);
	}
}


/* A slot's sums[o] = sum of dz over samples and pixels: cuDNN's own is slow for channels that lie innermost */
KERNEL convolution_cudnn_bias_sums_2(struct rt_cuda_work work, const real *__restrict__ dz, real *__restrict__ sums)
{
	enum { OUT_C = 32, OUT_PIXELS = 26 * 26, GROUPS = CHANNEL_GROUPS(OUT_C) };
	const int slot = (int)blockIdx.x / GROUPS;
	const int o = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const real sum = channel_sum(slot_begin(work, slot) * OUT_PIXELS, slot_begin(work, slot + 1) * OUT_PIXELS,
		[=](int p) -> real { return o < OUT_C ? dz[p * OUT_C + o] : 0; });

	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT_C)
		sums[(size_t)slot * SLOT + o] = sum;
}


/* d_bias[o] = sum over slots, in order, of the slot's sums[o] */
KERNEL convolution_cudnn_bias_2(struct rt_cuda_work work, const real *__restrict__ sums, real *__restrict__ d_bias)
{
	EACH (o, 32) {
		real sum = 0;
		for (int s = 0; s < work.slots; s++)
			sum += sums[(size_t)s * SLOT + o];
		d_bias[o] = sum;
	}
}


/* d_kernel[kh][kw][i][o] = pack[o][kh][kw][i], as cuDNN writes it */
KERNEL convolution_cudnn_unpack_2(struct rt_cuda_work work, const real *__restrict__ pack, real *__restrict__ d_kernel)
{
	enum { PLACES = 3 * 3 * 1, OUT_C = 32 };

	EACH (e, PLACES * OUT_C)
		d_kernel[e] = pack[e % OUT_C * PLACES + e / OUT_C];
}


/* y[oh][ow][c] = the largest x[h][w][c] of its window; padding never wins, NaN does */
KERNEL max_pool_mask_evaluate_1(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
{
	enum {
		IN_H = 24, IN_W = 24, CHANNELS = 64, OUT_H = 12, OUT_W = 12,
		POOL_H = 2, POOL_W = 2, STRIDE_H = 2, STRIDE_W = 2,
		PAD_TOP = 0, PAD_LEFT = 0, IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};

	EACH (e, work.n * OUT_PIXELS * CHANNELS) {
		const int c = e % CHANNELS, oh = (e / CHANNELS % OUT_PIXELS) / OUT_W, ow = e / CHANNELS % OUT_W;
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


/* y = x: dropout is for training */
KERNEL mask_evaluate_1(struct rt_cuda_work work, const real *__restrict__ x, real *__restrict__ y)
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
