/* residual: one kernel for each distinct step. Written by trainc 0.1.0 from spec.yaml.
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
	enum { PLACES = 3 * 3 * 3, OUT_C = 8 };

	EACH (e, PLACES * OUT_C)
		pack[e] = kernel[e % PLACES * OUT_C + e / PLACES];
}


/* pack[o][kh][kw][i] = kernel[kh][kw][i][o]: the order that cuDNN reads */
KERNEL convolution_cudnn_pack_2(struct rt_cuda_work work, const real *__restrict__ kernel,
	real *__restrict__ pack)
{
	enum { PLACES = 3 * 3 * 8, OUT_C = 8 };

	EACH (e, PLACES * OUT_C)
		pack[e] = kernel[e % PLACES * OUT_C + e / PLACES];
}


/* y = the batch's samples from the data set, scaled, channels innermost */
KERNEL input_forward_1(struct rt_cuda_work work, real *__restrict__ y)
{
	enum { PIXELS = 8 * 8, CHANNELS = 3, SIZE = PIXELS * CHANNELS };
	const real scale = (real)(0.00392156862745098);

	EACH (e, work.n * SIZE) {
		const long long from = data_sample(work, e / SIZE) * SIZE;
		const int p = (e % SIZE) / CHANNELS, c = e % CHANNELS;
		const long long at = from + p * CHANNELS + c;
		y[e] = scale * (work.bytes ? (real)work.bytes[at] : (real)work.floats[at]);
	}
}


/* A slot's mean and squared deviations, one pair a length: sums = mean[LENGTH], squares[LENGTH] */
KERNEL normalise_statistics_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ sums)
{
	enum { OUTER = 64, LENGTH = 8, INNER = 1, COUNT = OUTER * INNER, SIZE = COUNT * LENGTH };
	enum { GROUPS = CHANNEL_GROUPS(LENGTH) };
	const int slot = (int)blockIdx.x / GROUPS;
	const int l = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const int begin = slot_begin(work, slot) * COUNT;
	const int end = slot_begin(work, slot + 1) * COUNT;
	auto element = [=](int i) { return i / INNER * LENGTH * INNER + l * INNER + i % INNER; };
	const real mean = channel_sum(begin, end, [=](int i) -> real { return l < LENGTH ? x[element(i)] : 0; }) / (real)(end - begin);
	const real squares = channel_sum(begin, end, [=](int i) -> real {
		const real d = l < LENGTH ? x[element(i)] - mean : 0;
		return d * d;
	});

	if (threadIdx.x >= RT_CUDA_CHANNELS || l >= LENGTH)
		return;
	real *to = sums + (work.slot_first + slot) * 2 * LENGTH;
	to[l] = mean;
	to[LENGTH + l] = squares;
}


/* Merges the slots' statistics in order into batch = mean[LENGTH], 1 / sqrt(variance + epsilon)[LENGTH], and moves the
 * moving averages: moving = moving * momentum + batch * (1 - momentum), with the biased variance, as Keras 3 does. Pairwise
 * as in Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979. */
KERNEL normalise_finish_1(struct rt_cuda_work work, const real *__restrict__ sums,
	real *__restrict__ moving_mean, real *__restrict__ moving_variance, real *__restrict__ batch)
{
	enum { OUTER = 64, LENGTH = 8, INNER = 1, COUNT = OUTER * INNER, SIZE = COUNT * LENGTH };
	const real epsilon = (real)(0.001), momentum = (real)(0.99);
	const int slots = rt_cuda_slot_count(work.total);

	EACH (l, LENGTH) {
		real mean = 0, squares = 0, before = 0;
		for (int s = 0; s < slots; s++) {
			const real *slot = sums + s * 2 * LENGTH;
			const real here = (real)(rt_cuda_slot_begin(work.total, s + 1) - rt_cuda_slot_begin(work.total, s)), all = before + here;
			const real delta = slot[l] - mean;
			mean += delta * here / all;
			squares += slot[LENGTH + l] + delta * delta * (real)COUNT * before * here / all;
			before = all;
		}
		const real variance = squares / (before * (real)COUNT);
		batch[l] = mean;
		batch[LENGTH + l] = 1 / real_sqrt(variance + epsilon);
		moving_mean[l] = moving_mean[l] * momentum + mean * (1 - momentum);
		moving_variance[l] = moving_variance[l] * momentum + variance * (1 - momentum);
	}
}


/* y = gamma[l] * (x - mean[l]) / sqrt(variance[l] + epsilon) + beta[l] */
KERNEL normalise_forward_1(struct rt_cuda_work work, const real *__restrict__ x,
	const real *__restrict__ batch, const real *__restrict__ gamma, const real *__restrict__ beta,
	real *__restrict__ y)
{
	enum { OUTER = 64, LENGTH = 8, INNER = 1, COUNT = OUTER * INNER, SIZE = COUNT * LENGTH };

	EACH (e, work.n * SIZE) {
		const int l = e / INNER % LENGTH;
		y[e] = gamma[l] * ((x[e] - batch[l]) * batch[LENGTH + l]) + beta[l];
	}
}


/* y = relu(x), elementwise */
KERNEL map_forward_1(struct rt_cuda_work work, const real *__restrict__ from,
	real *__restrict__ to)
{
	enum { SIZE = 512 };

	EACH (e, work.n * SIZE) {
		const real x = from[e];
		to[e] = real_max(x, 0);
	}
}


/* y = the sum of 2 inputs, elementwise */
KERNEL add_forward_1(struct rt_cuda_work work, real *__restrict__ y, const real *x0,
	const real *x1)
{
	EACH (e, work.n * 512)
		y[e] = 0 + x0[e] + x1[e];
}


/* y[oh][ow][c] = the mean of x[h][w][c] over its window, padding left out */
KERNEL average_pool_forward_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y)
{
	enum {
		IN_H = 8, IN_W = 8, CHANNELS = 8, OUT_H = 1, OUT_W = 1,
		POOL_H = 8, POOL_W = 8, STRIDE_H = 1, STRIDE_W = 1,
		PAD_TOP = 0, PAD_LEFT = 0, IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};

	EACH (e, work.n * OUT_PIXELS * CHANNELS) {
		const int c = e % CHANNELS, oh = (e / CHANNELS % OUT_PIXELS) / OUT_W, ow = e / CHANNELS % OUT_W;
		const real *from = x + e / (OUT_PIXELS * CHANNELS) * (IN_PIXELS * CHANNELS) + c;
		const int top = oh * STRIDE_H - PAD_TOP, left = ow * STRIDE_W - PAD_LEFT;
		const int h0 = top < 0 ? 0 : top, h1 = top + POOL_H < IN_H ? top + POOL_H : IN_H;
		const int w0 = left < 0 ? 0 : left, w1 = left + POOL_W < IN_W ? left + POOL_W : IN_W;
		real sum = 0;
		for (int h = h0; h < h1; h++)
			for (int w = w0; w < w1; w++)
				sum += from[(h * IN_W + w) * CHANNELS];
		y[e] = sum / (real)((h1 - h0) * (w1 - w0));
	}
}


/* y = softmax of x, its loss as the kernel loss has it, and dx = (y - [c = label]) / batch, 0 where the clip holds: the two
 * derivatives together; a sample a warp */
KERNEL softmax_crossentropy_forward_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y, real *__restrict__ dx)
{
	enum { SIZE = 4 };
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
	enum { SIZE = 4 };

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


/* dx[h][w][c] = sum over the windows it lies in of dy / the window's count */
KERNEL average_pool_backward_1(struct rt_cuda_work work, const real *__restrict__ dy,
	real *__restrict__ dx)
{
	enum {
		IN_H = 8, IN_W = 8, CHANNELS = 8, OUT_H = 1, OUT_W = 1,
		POOL_H = 8, POOL_W = 8, STRIDE_H = 1, STRIDE_W = 1,
		PAD_TOP = 0, PAD_LEFT = 0, IN_PIXELS = IN_H * IN_W, OUT_PIXELS = OUT_H * OUT_W
	};

	EACH (e, work.n * IN_PIXELS * CHANNELS) {
		/* the windows that element e of the input lies in */
		const int c = e % CHANNELS, ih = (e / CHANNELS % IN_PIXELS) / IN_W, iw = e / CHANNELS % IN_W;
		const int sample = e / (IN_PIXELS * CHANNELS);
		const int h = ih + PAD_TOP, w = iw + PAD_LEFT;
		const int oh0 = h < POOL_H ? 0 : (h - POOL_H) / STRIDE_H + 1, oh1 = h / STRIDE_H + 1 < OUT_H ? h / STRIDE_H + 1 : OUT_H;
		const int ow0 = w < POOL_W ? 0 : (w - POOL_W) / STRIDE_W + 1, ow1 = w / STRIDE_W + 1 < OUT_W ? w / STRIDE_W + 1 : OUT_W;
		real sum = 0;
		for (int oh = oh0; oh < oh1; oh++)
			for (int ow = ow0; ow < ow1; ow++) {
				const int top = oh * STRIDE_H - PAD_TOP, left = ow * STRIDE_W - PAD_LEFT;
				const int h0 = top < 0 ? 0 : top, h1 = top + POOL_H < IN_H ? top + POOL_H : IN_H;
				const int w0 = left < 0 ? 0 : left, w1 = left + POOL_W < IN_W ? left + POOL_W : IN_W;
				sum += dy[((sample * OUT_PIXELS) + oh * OUT_W + ow) * CHANNELS + c] / (real)((h1 - h0) * (w1 - w0));
			}
		dx[e] = sum;
	}
}


/* dx = dy * relu'(x), from y */
KERNEL map_backward_1(struct rt_cuda_work work, const real *__restrict__ output,
	const real *__restrict__ d_output, real *__restrict__ dx)
{
	enum { SIZE = 512 };

	EACH (e, work.n * SIZE) {
		const real y = output[e], dy = d_output[e];
		(void)y;
		dx[e] = real_select(y > 0, dy, 0);
	}
}


/* Each input's gradient is the output's */
KERNEL add_backward_1(struct rt_cuda_work work, const real *__restrict__ dy,
	real *dx0, real *dx1)
{
	EACH (e, work.n * 512) {
		dx0[e] = dy[e];
		dx1[e] = dy[e];
	}
}


/* A slot's sums[l] = sum of dy, sums[LENGTH + l] = sum of dy * normalised x */
KERNEL normalise_sums_1(struct rt_cuda_work work, const real *__restrict__ x,
	const real *__restrict__ dy, const real *__restrict__ batch, real *__restrict__ sums)
{
	enum { OUTER = 64, LENGTH = 8, INNER = 1, COUNT = OUTER * INNER, SIZE = COUNT * LENGTH };
	enum { GROUPS = CHANNEL_GROUPS(LENGTH) };
	const int slot = (int)blockIdx.x / GROUPS;
	const int l = (int)(blockIdx.x % GROUPS) * RT_CUDA_CHANNELS + (int)threadIdx.x % RT_CUDA_CHANNELS;
	const int begin = slot_begin(work, slot) * COUNT;
	const int end = slot_begin(work, slot + 1) * COUNT;
	auto element = [=](int i) { return i / INNER * LENGTH * INNER + l * INNER + i % INNER; };
	const real mean = l < LENGTH ? batch[l] : 0, rate = l < LENGTH ? batch[LENGTH + l] : 0;
	const real plain = channel_sum(begin, end, [=](int i) -> real { return l < LENGTH ? dy[element(i)] : 0; });
	const real with = channel_sum(begin, end, [=](int i) -> real {
		return l < LENGTH ? dy[element(i)] * ((x[element(i)] - mean) * rate) : 0;
	});

	if (threadIdx.x >= RT_CUDA_CHANNELS || l >= LENGTH)
		return;
	real *to = sums + (work.slot_first + slot) * 2 * LENGTH;
	to[l] = plain;
	to[LENGTH + l] = with;
}


/* Merges the slots' sums in order: total = sum of dy[LENGTH], sum of dy * normalised x[LENGTH], of all GPUs. Those of this
 * GPU are its part of d_beta and d_gamma. */
KERNEL normalise_gradients_1(struct rt_cuda_work work, const real *__restrict__ sums,
	real *__restrict__ total, real *__restrict__ d_gamma, real *__restrict__ d_beta)
{
	enum { LENGTH = 8 };
	const int slots = rt_cuda_slot_count(work.total);

	EACH (l, LENGTH) {
		real plain = 0, with = 0, own_plain = 0, own_with = 0;
		for (int s = 0; s < slots; s++) {
			const bool own = s >= work.slot_first && s < work.slot_first + work.slots;
			plain += sums[s * 2 * LENGTH + l];
			with += sums[s * 2 * LENGTH + LENGTH + l];
			own_plain += own ? sums[s * 2 * LENGTH + l] : 0;
			own_with += own ? sums[s * 2 * LENGTH + LENGTH + l] : 0;
		}
		total[l] = plain;
		total[LENGTH + l] = with;
		d_gamma[l] = own_with;
		d_beta[l] = own_plain;
	}
}


/* dx = gamma[l] * rate[l] * (dy - mean of dy - normalised x * mean of dy * normalised x), means over the batch */
KERNEL normalise_data_1(struct rt_cuda_work work, const real *__restrict__ x,
	const real *__restrict__ dy, const real *__restrict__ batch, const real *__restrict__ total,
	const real *__restrict__ gamma, real *__restrict__ dx)
{
	enum { OUTER = 64, LENGTH = 8, INNER = 1, COUNT = OUTER * INNER, SIZE = COUNT * LENGTH };
	const real part = 1 / ((real)work.total * (real)COUNT);

	EACH (e, work.n * SIZE) {
		const int l = e / INNER % LENGTH;
		const real rate = batch[LENGTH + l], normal = (x[e] - batch[l]) * rate;
		dx[e] = gamma[l] * rate * (dy[e] - part * (total[l] + normal * total[LENGTH + l]));
	}
}


/* d_kernel[kh][kw][i][o] = pack[o][kh][kw][i], as cuDNN writes it */
KERNEL convolution_cudnn_unpack_1(struct rt_cuda_work work, const real *__restrict__ pack,
	real *__restrict__ d_kernel)
{
	enum { PLACES = 3 * 3 * 8, OUT_C = 8 };

	EACH (e, PLACES * OUT_C)
		d_kernel[e] = pack[e % OUT_C * PLACES + e / OUT_C];
}


/* d_kernel[kh][kw][i][o] = pack[o][kh][kw][i], as cuDNN writes it */
KERNEL convolution_cudnn_unpack_2(struct rt_cuda_work work, const real *__restrict__ pack,
	real *__restrict__ d_kernel)
{
	enum { PLACES = 3 * 3 * 3, OUT_C = 8 };

	EACH (e, PLACES * OUT_C)
		d_kernel[e] = pack[e % OUT_C * PLACES + e / OUT_C];
}


/* The moving averages in the place of the batch's: mean[LENGTH], 1 / sqrt(variance + epsilon)[LENGTH] */
KERNEL normalise_fold_1(struct rt_cuda_work work, const real *__restrict__ moving_mean,
	const real *__restrict__ moving_variance, real *__restrict__ batch)
{
	enum { LENGTH = 8 };
	const real epsilon = (real)(0.001);

	EACH (l, LENGTH) {
		batch[l] = moving_mean[l];
		batch[LENGTH + l] = 1 / real_sqrt(moving_variance[l] + epsilon);
	}
}


/* y = softmax of x, and its loss as the kernel loss has it; a sample a warp */
KERNEL softmax_crossentropy_evaluate_1(struct rt_cuda_work work, const real *__restrict__ x,
	real *__restrict__ y)
{
	enum { SIZE = 4 };
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
	enum { SIZE = 4 };

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
