/* mnist-cnn: one kernel for each distinct step. Written by trainc 0.1.0 from spec.yaml.
 *
 * Shapes are constants, and each kernel covers the whole batch, work.n samples. Values and gradients are arrays of the
 * batch's samples, channels innermost.
 */
#include <trainc/cuda/kernels.cuh>
#include "memory.h"

/* pack[o][kh][kw][i] = kernel[kh][kw][i][o]: the order that cuDNN reads */
KERNEL convolution_cudnn_pack_1(struct rt_cuda_work work, const real *__restrict__ kernel,
	real *__restrict__ pack)
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


/* y[oh][ow][o] = relu of bias[o] + sum over kh, kw, i of x[oh * stride + kh * dilation - pad][…][i] * kernel[kh][kw][i][o]:
 * a thread has four channels, with their kernel in registers */
KERNEL convolution_few_forward_1(struct rt_cuda_work work, const real *__restrict__ x,
	const real *__restrict__ kernel, const real *__restrict__ bias, real *__restrict__ output)
{
	enum {
		IN_H = 28, IN_W = 28, IN_C = 1, OUT_H = 26, OUT_W = 26, OUT_C = 32,
		KERNEL_H = 3, KERNEL_W = 3, STRIDE_H = 1, STRIDE_W = 1,
		DILATION_H = 1, DILATION_W = 1, PAD_TOP = 0, PAD_LEFT = 0,
		IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	enum { TAPS = KERNEL_H * KERNEL_W * IN_C, QUADS = OUT_C / 4 };
	/* x under the window of output pixel p of the batch, element e of KERNEL_H x KERNEL_W x IN_C; 0 in the padding */
	auto patch = [=](int p, int e) -> real {
		const int kh = e / (KERNEL_W * IN_C), kw = e / IN_C % KERNEL_W;
		const int oh = (p % OUT_PIXELS) / OUT_W, ow = p % OUT_W;
		const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP, iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
		if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
			return 0;
		return x[(p / OUT_PIXELS * IN_PIXELS + ih * IN_W + iw) * IN_C + e % IN_C];
	};
	const int o = (int)threadIdx.x % QUADS * 4;
	real weights[TAPS][4];
#pragma unroll
	for (int e = 0; e < TAPS * 4; e++)
		weights[e / 4][e % 4] = kernel[e / 4 * OUT_C + o + e % 4];

	EACH (q, work.n * OUT_PIXELS * QUADS) {
		real4 sums = {};
#pragma unroll
		for (int j = 0; j < 4; j++)
			sums.v[j] = bias[o + j];
#pragma unroll
		for (int e = 0; e < TAPS; e++) {
			const real under = patch(q / QUADS, e);
#pragma unroll
			for (int j = 0; j < 4; j++)
				sums.v[j] += under * weights[e][j];
		}
#pragma unroll
		for (int j = 0; j < 4; j++) {
			const real x = sums.v[j];
			sums.v[j] = real_max(x, 0);
		}
		store4(output + q * 4, sums);
	}
}


/* y = relu of the largest of each 2x2 window, / (1 - rate) where kept, 0 where dropped; a byte of places tells backward which of the
 * four that is, or NONE where no gradient passes. Four channels a thread, which share a counter of random words. */
KERNEL relu_pool_forward_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y, real *__restrict__ places)
{
	enum {
		IN_H = 24, IN_W = 24, CHANNELS = 64, OUT_H = IN_H / 2, OUT_W = IN_W / 2, OUT_PIXELS = OUT_H * OUT_W,
		QUADS = CHANNELS / 4, NONE = 4
	};
	enum { SIZE = OUT_PIXELS * CHANNELS, STREAM = 4 };
	const double rate = 0.25;
	const uint32_t below = philox_threshold(rate);
	const real scale = (real)(1 / (1 - rate));
	/* whose random words are these: of a sample here */
	auto random = [=](int sample) {
		return philox_of(work.seed, STREAM, work.step->step, (uint32_t)(work.batch_offset + sample));
	};

	EACH (q, work.n * OUT_PIXELS * QUADS) {
		/* four channels of output q's window, row by row */
		const real *from = x + ((q / (QUADS * OUT_PIXELS) * IN_H + q / QUADS / OUT_W % OUT_H * 2) * IN_W + q / QUADS % OUT_W * 2) * CHANNELS
			+ q % QUADS * 4;
		const real4 window[4] = {load4(from), load4(from + CHANNELS), load4(from + IN_W * CHANNELS),
			load4(from + (IN_W + 1) * CHANNELS)};
		real4 largest;
		uint32_t four = 0;
		uint32_t words[4];
		philox_words(random(q / (QUADS * OUT_PIXELS)), (uint32_t)(q % (QUADS * OUT_PIXELS)), words);
#pragma unroll
		for (int j = 0; j < 4; j++) {
			real most = window[0].v[j];
			int best = 0;
			for (int k = 1; k < 4; k++)
				if (!(window[k].v[j] <= most || most != most)) {
					most = window[k].v[j];
					best = k;
				}
			largest.v[j] = words[j] < below ? 0 : scale * real_max(most, 0);
			four |= (uint32_t)(most > 0 && words[j] >= below ? best : NONE) << 8 * j;
		}
		store4(y + q * 4, largest);
		((uint32_t *)places)[q] = four;
	}
}


/* y = relu of x, / (1 - rate) where kept, 0 where dropped: element e is dropped when its random number is below rate */
KERNEL relu_mask_forward_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y)
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
			y[e] = words[j] < below ? 0 : real_max(x[e], 0) * scale;
		}
	}
}


/* y = softmax of x, its loss as the kernel loss has it, and dx = (y - [c = label]) / batch, 0 where the clip holds: the two
 * derivatives together; a sample a warp */
KERNEL softmax_crossentropy_forward_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y, real *__restrict__ dx)
{
	enum { SIZE = 10 };
	const int lane = (int)threadIdx.x % 32, i = (int)((blockIdx.x * RT_CUDA_THREADS + threadIdx.x) / 32), first = i * SIZE;
	const real fuzz = (real)(1e-07);
	if (i >= work.n)
		return;

	const int label = (int)data_label(work, i);
	real most = x[first], sum = 0;
	for (int c = lane; c < SIZE; c += 32)
		most = real_max(most, x[first + c]);
	most = warp_max(most);
	for (int c = lane; c < SIZE; c += 32)
		sum += y[first + c] = real_exp(x[first + c] - most);
	sum = warp_sum(sum);
	for (int c = lane; c < SIZE; c += 32)
		y[first + c] /= sum;
	const real share = real_exp(x[first + label] - most) / sum;
	if (lane == 0)
		work.loss[i] = -real_log(real_min(real_max(share, fuzz), 1 - fuzz));
	const real part = share >= fuzz && share <= 1 - fuzz ? 1 / (real)work.total : 0;
	for (int c = lane; c < SIZE; c += 32)
		dx[first + c] = part * (y[first + c] - (c == label));
}


/* 1 when the largest output (the first of equals) is the label's, else 0 */
KERNEL metric_categorical_accuracy_1(struct rt_cuda_work work, const real *__restrict__ outputs,
	real *__restrict__ metric)
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


/* dx = dy / (1 - rate) where y is above 0: there relu passes, and forward kept x */
KERNEL relu_mask_backward_1(struct rt_cuda_work work, const real *__restrict__ y,
	const real *__restrict__ dy, real *__restrict__ dx)
{
	const real scale = (real)(1 / (1 - 0.5));

	EACH (e, work.n * 128)
		dx[e] = y[e] > 0 ? dy[e] * scale : 0;
}


/* dx = dy / (1 - rate) at its window's place, 0 elsewhere; a thread has four channels of a window, also of those that
 * pooling leaves out at odd edges */
KERNEL relu_pool_backward_1(struct rt_cuda_work work, const real *__restrict__ places,
	const real *__restrict__ dy, real *__restrict__ dx)
{
	enum {
		IN_H = 24, IN_W = 24, CHANNELS = 64, OUT_H = IN_H / 2, OUT_W = IN_W / 2, OUT_PIXELS = OUT_H * OUT_W,
		QUADS = CHANNELS / 4, NONE = 4
	};
	enum { WINDOWS_H = (IN_H + 1) / 2, WINDOWS_W = (IN_W + 1) / 2 };
	const real scale = (real)(1 / (1 - 0.25));

	EACH (q, work.n * WINDOWS_H * WINDOWS_W * QUADS) {
		const int c = q % QUADS * 4, ow = q / QUADS % WINDOWS_W, oh = q / QUADS / WINDOWS_W % WINDOWS_H;
		const int sample = q / (QUADS * WINDOWS_W * WINDOWS_H), o = ((sample * OUT_H + oh) * OUT_W + ow) * CHANNELS + c;
		const bool whole = oh < OUT_H && ow < OUT_W;
		const real4 gradient = whole ? load4(dy + o) : real4{};
		const uint32_t four = whole ? ((const uint32_t *)places)[o / 4] : NONE * 0x01010101u;
#pragma unroll
		for (int k = 0; k < 4; k++) {
			const int h = 2 * oh + k / 2, w = 2 * ow + k % 2;
			if (h >= IN_H || w >= IN_W)
				continue;
			real *to = dx + ((sample * IN_H + h) * IN_W + w) * CHANNELS + c;
			real4 d;
#pragma unroll
			for (int j = 0; j < 4; j++)
				d.v[j] = (four >> 8 * j & 0xff) == k ? gradient.v[j] * scale : 0;
			store4(to, d);
		}
	}
}


/* One part of a slot's sums[o] = sum of dz over samples and pixels: cuDNN's own is slow for channels that lie innermost */
KERNEL convolution_cudnn_bias_sums_1(struct rt_cuda_work work, const real *__restrict__ dz,
	real *__restrict__ sums)
{
	/* which part of a slot's pixels, and which channel, are this thread's */
	enum { OUT_C = 64, OUT_PIXELS = 24 * 24, GROUPS = CHANNEL_GROUPS(OUT_C) };
	const int slot = (int)blockIdx.x / GROUPS / RT_CUDA_PARTS, part = (int)blockIdx.x / GROUPS % RT_CUDA_PARTS;
	const int begin = slot_begin(work, slot) * OUT_PIXELS, end = slot_begin(work, slot + 1) * OUT_PIXELS;
	const int first = part_begin(begin, end, part), last = part_begin(begin, end, part + 1);
	const int o = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const real sum = channel_sum(first, last, [=](int p) -> real { return o < OUT_C ? dz[p * OUT_C + o] : 0; });

	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT_C)
		sums[(size_t)slot * SLOT + part * OUT_C + o] = sum;
}


/* d_bias[o] = sum over the parts of all slots, in order */
KERNEL convolution_cudnn_bias_1(struct rt_cuda_work work, const real *__restrict__ sums,
	real *__restrict__ d_bias)
{
	enum { OUT_C = 64 };
	const int o = (int)blockIdx.x * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const real sum = channel_sum(0, work.slots * RT_CUDA_PARTS, [=](int p) -> real {
		return o < OUT_C ? sums[(size_t)(p / RT_CUDA_PARTS) * SLOT + p % RT_CUDA_PARTS * OUT_C + o] : 0;
	});

	if (threadIdx.x < RT_CUDA_CHANNELS && o < OUT_C)
		d_bias[o] = sum;
}


/* d_kernel[kh][kw][i][o] = pack[o][kh][kw][i], as cuDNN writes it */
KERNEL convolution_cudnn_unpack_1(struct rt_cuda_work work, const real *__restrict__ pack,
	real *__restrict__ d_kernel)
{
	enum { PLACES = 3 * 3 * 32, OUT_C = 64 };

	EACH (e, PLACES * OUT_C)
		d_kernel[e] = pack[e % OUT_C * PLACES + e / OUT_C];
}


/* One part of a slot's sums[kh][kw][i][o] = sum over oh, ow of x[oh * stride + kh * dilation - pad][…][i] * dz[oh][ow][o] and, behind
 * them, [o] = sum of dz; a thread has four channels of every so manyth pixel */
KERNEL convolution_few_sums_1(struct rt_cuda_work work, const real *__restrict__ x,
	const real *__restrict__ output, const real *__restrict__ d_output, real *__restrict__ sums)
{
	enum {
		IN_H = 28, IN_W = 28, IN_C = 1, OUT_H = 26, OUT_W = 26, OUT_C = 32,
		KERNEL_H = 3, KERNEL_W = 3, STRIDE_H = 1, STRIDE_W = 1,
		DILATION_H = 1, DILATION_W = 1, PAD_TOP = 0, PAD_LEFT = 0,
		IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};
	enum { TAPS = KERNEL_H * KERNEL_W * IN_C, QUADS = OUT_C / 4 };
	/* x under the window of output pixel p of the batch, element e of KERNEL_H x KERNEL_W x IN_C; 0 in the padding */
	auto patch = [=](int p, int e) -> real {
		const int kh = e / (KERNEL_W * IN_C), kw = e / IN_C % KERNEL_W;
		const int oh = (p % OUT_PIXELS) / OUT_W, ow = p % OUT_W;
		const int ih = oh * STRIDE_H + kh * DILATION_H - PAD_TOP, iw = ow * STRIDE_W + kw * DILATION_W - PAD_LEFT;
		if (ih < 0 || ih >= IN_H || iw < 0 || iw >= IN_W)
			return 0;
		return x[(p / OUT_PIXELS * IN_PIXELS + ih * IN_W + iw) * IN_C + e % IN_C];
	};
	const int slot = (int)blockIdx.x / RT_CUDA_PARTS, part = (int)blockIdx.x % RT_CUDA_PARTS;
	const int begin = slot_begin(work, slot) * OUT_PIXELS, end = slot_begin(work, slot + 1) * OUT_PIXELS;
	const int o = (int)threadIdx.x % QUADS * 4, last = part_begin(begin, end, part + 1);
	real mine[(TAPS + 1) * 4] = {};

	(void)output;
	for (int p = part_begin(begin, end, part) + (int)threadIdx.x / QUADS; p < last; p += RT_CUDA_THREADS / QUADS) {
		real4 dz = load4(d_output + p * OUT_C + o);
		const real4 outputs = load4(output + p * OUT_C + o);
#pragma unroll
		for (int j = 0; j < 4; j++) {
			const real y = outputs.v[j], dy = dz.v[j];
			(void)y;
			dz.v[j] = real_select(y > 0, dy, 0);
		}
#pragma unroll
		for (int e = 0; e <= TAPS; e++) {
			const real under = e < TAPS ? patch(p, e) : 1;
#pragma unroll
			for (int j = 0; j < 4; j++)
				mine[e * 4 + j] += under * dz.v[j];
		}
	}
	block_fold(mine, QUADS);
	if (threadIdx.x >= QUADS)
		return;
	real *to = sums + (size_t)slot * SLOT + part * (TAPS + 1) * OUT_C + o;
#pragma unroll
	for (int e = 0; e < (TAPS + 1) * 4; e++)
		to[e / 4 * OUT_C + e % 4] = mine[e];
}


/* d_kernel = sum over the parts of all slots, in order, and d_bias, which lies behind it */
KERNEL convolution_few_gradients_1(struct rt_cuda_work work, const real *__restrict__ sums,
	real *__restrict__ d_kernel, real *__restrict__ d_bias)
{
	enum { WEIGHTS = 3 * 3 * 1 * 32, COUNT = WEIGHTS + 32 };
	const int e = (int)blockIdx.x * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const real sum = channel_sum(0, work.slots * RT_CUDA_PARTS, [=](int p) -> real {
		return e < COUNT ? sums[(size_t)(p / RT_CUDA_PARTS) * SLOT + p % RT_CUDA_PARTS * COUNT + e] : 0;
	});

	if (threadIdx.x >= RT_CUDA_CHANNELS)
		return;
	if (e < WEIGHTS)
		d_kernel[e] = sum;
	else if (e < COUNT)
		d_bias[e - WEIGHTS] = sum;
}


/* y = relu of the largest of each 2x2 window; four channels a thread */
KERNEL relu_pool_evaluate_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y)
{
	enum {
		IN_H = 24, IN_W = 24, CHANNELS = 64, OUT_H = IN_H / 2, OUT_W = IN_W / 2, OUT_PIXELS = OUT_H * OUT_W,
		QUADS = CHANNELS / 4, NONE = 4
	};

	EACH (q, work.n * OUT_PIXELS * QUADS) {
		/* four channels of output q's window, row by row */
		const real *from = x + ((q / (QUADS * OUT_PIXELS) * IN_H + q / QUADS / OUT_W % OUT_H * 2) * IN_W + q / QUADS % OUT_W * 2) * CHANNELS
			+ q % QUADS * 4;
		const real4 window[4] = {load4(from), load4(from + CHANNELS), load4(from + IN_W * CHANNELS),
			load4(from + (IN_W + 1) * CHANNELS)};
		real4 largest;
#pragma unroll
		for (int j = 0; j < 4; j++) {
			real most = window[0].v[j];
			for (int k = 1; k < 4; k++)
				most = real_max(most, window[k].v[j]);
			largest.v[j] = real_max(most, 0);
		}
		store4(y + q * 4, largest);
	}
}


/* y = relu of x: dropout is for training */
KERNEL relu_mask_evaluate_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y)
{
	EACH (e, work.n * 128)
		y[e] = real_max(x[e], 0);
}


/* y = softmax of x, and its loss as the kernel loss has it; a sample a warp */
KERNEL softmax_crossentropy_evaluate_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y)
{
	enum { SIZE = 10 };
	const int lane = (int)threadIdx.x % 32, i = (int)((blockIdx.x * RT_CUDA_THREADS + threadIdx.x) / 32), first = i * SIZE;
	const real fuzz = (real)(1e-07);
	if (i >= work.n)
		return;

	const int label = (int)data_label(work, i);
	real most = x[first], sum = 0;
	for (int c = lane; c < SIZE; c += 32)
		most = real_max(most, x[first + c]);
	most = warp_max(most);
	for (int c = lane; c < SIZE; c += 32)
		sum += y[first + c] = real_exp(x[first + c] - most);
	sum = warp_sum(sum);
	for (int c = lane; c < SIZE; c += 32)
		y[first + c] /= sum;
	const real share = real_exp(x[first + label] - most) / sum;
	if (lane == 0)
		work.loss[i] = -real_log(real_min(real_max(share, fuzz), 1 - fuzz));
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
