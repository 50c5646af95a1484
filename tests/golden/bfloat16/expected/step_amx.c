/* bfloat16: one training step, and evaluation. Written by trainc 0.1.0 from spec.yaml.
 *
 * A step is a row of passes. In a pass over samples each slot's samples go through in order, by one thread; a pass over
 * tiles cuts the batch or the weights into parts, and each sum is one thread's, in one order. So the sums, and the bits,
 * are the same for any number of threads.
 *
 * Included by step.c where it is compiled for AMX, with RT_ISA its name in C and RT_ISA_NAME as text.
 */
#include <string.h>
#include <trainc/convolution_amx.h>
#include <trainc/cpu.h>
#include <trainc/dense_amx.h>
#include <trainc/dense.h>
#include <trainc/dense_bf16.h>
#include <trainc/depthwise.h>
#include <trainc/direct.h>
#include <trainc/normalise.h>
#include <trainc/sparse.h>
#include <trainc/team.h>
#include <trainc/winograd.h>
#include "memory_amx.h"
#include "kernels_amx.c"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

enum { UPDATE_TILE = 2048 };

/* Samples of a slot, one after the other. */
NOINLINE void train_1(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* input (spec.yaml:11), forward */
		input_reference_forward_1(work, i, sample + Y_input);
		if (work->trace)
			work->trace(work, 0, sample + Y_input, 144);
		/* conv2d_1 (spec.yaml:13)  12x12x1 -> 10x10x4, forward */
		direct_forward_1(sample + Y_input, work->fixed + P0_conv2d_1, work->weights + W_conv2d_1_bias,
			sample + Y_conv2d_1, thread + T0_conv2d_1);
		if (work->trace)
			work->trace(work, 1, sample + Y_conv2d_1, 400);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_2(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		const float label = work->labels[work->index ? work->index[work->first + i] : work->first + i];
		if (work->trace)
			work->trace(work, 3, sample + Y_dense_1_linear, 10);
		/* dense_1 (spec.yaml:15)  10 -> 10, forward */
		softmax_reference_forward_1(sample + Y_dense_1_linear, thread + Y_dense_1);
		if (work->trace)
			work->trace(work, 3, thread + Y_dense_1, 10);
		/* categorical_crossentropy, forward */
		loss_reference_categorical_crossentropy_forward_1(thread + Y_dense_1, label, &work->loss[i]);
		/* accuracy */
		metric_categorical_accuracy_1(thread + Y_dense_1, label, &work->metrics[0 * work->n + i]);
		/* categorical_crossentropy, backward */
		loss_reference_categorical_crossentropy_backward_1(work, thread + Y_dense_1, label, thread + D_dense_1);
		/* dense_1 (spec.yaml:15)  10 -> 10, backward */
		softmax_reference_backward_1(thread + Y_dense_1, thread + D_dense_1, sample + D_dense_1_linear);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_3(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;
	real *const sums = work->slots + (size_t)slot * SLOT;

	memset(sums + 0, 0, sizeof *sums * 64);
	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* conv2d_1 (spec.yaml:13)  12x12x1 -> 10x10x4, backward */
		direct_backward_1(work, sample + Y_input, work->fixed + P1_conv2d_1, sample + Y_conv2d_1, sample + D_conv2d_1,
			sums + K_conv2d_1_kernel, sums + K_conv2d_1_bias, thread + T1_conv2d_1);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void evaluate_1(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* input (spec.yaml:11), forward */
		input_reference_forward_1(work, i, thread + EY_input);
		/* conv2d_1 (spec.yaml:13)  12x12x1 -> 10x10x4, forward */
		direct_forward_1(thread + EY_input, work->fixed + P0_conv2d_1, work->weights + W_conv2d_1_bias,
			sample + EY_conv2d_1, thread + ET0_conv2d_1);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void evaluate_2(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		const float label = work->labels[work->index ? work->index[work->first + i] : work->first + i];
		/* dense_1 (spec.yaml:15)  10 -> 10, forward */
		softmax_reference_forward_1(sample + EY_dense_1_linear, thread + EY_dense_1);
		/* categorical_crossentropy, predict */
		predict_copy_1(thread + EY_dense_1, work, i);
		/* categorical_crossentropy, forward */
		loss_reference_categorical_crossentropy_forward_1(thread + EY_dense_1, label, &work->loss[i]);
		/* accuracy */
		metric_categorical_accuracy_1(thread + EY_dense_1, label, &work->metrics[0 * work->n + i]);
	}
}

/* Each thread's part of gradients. */
static void share_gradients(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	/* conv2d_1 (spec.yaml:13)  12x12x1 -> 10x10x4, pack */
	for (int tile; (tile = rt_team_next(3 * 3)) >= 0;)
		direct_pack_1(work->weights + W_conv2d_1_kernel, work->fixed + P0_conv2d_1, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_1(work, slot);
	rt_team_wait();
	/* dense_1 (spec.yaml:15)  400 -> 10, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_amx_rows(work->n, dense_tiles(10, dense_amx_columns(10)), work->thread_count)) * dense_tiles(10, dense_amx_columns(10)))) >= 0;)
		dense_amx_forward_1(work, work->samples + Y_conv2d_1, work->weights + W_dense_1_kernel, work->weights + W_dense_1_bias,
			work->samples + Y_dense_1_linear, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_2(work, slot);
	rt_team_wait();
	/* dense_1 (spec.yaml:15)  400 -> 10, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(400, dense_amx_weights_inputs(400, work->thread_count)) * dense_tiles(10, dense_amx_columns(10)))) >= 0;)
		dense_amx_weights_1(work, work->samples + Y_conv2d_1, work->samples + D_dense_1_linear, work->gradients + W_dense_1_kernel,
			work->gradients + W_dense_1_bias, tile);
	rt_team_wait();
	/* dense_1 (spec.yaml:15)  400 -> 10, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_amx_rows(work->n, dense_tiles(400, dense_amx_data_inputs(400, work->thread_count)), work->thread_count)) * dense_tiles(400, dense_amx_data_inputs(400, work->thread_count)))) >= 0;)
		dense_amx_data_1(work, work->samples + D_dense_1_linear, work->weights + W_dense_1_kernel, work->samples + D_conv2d_1, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_3(work, slot);
	rt_team_wait();
	/* conv2d_1's kernel: the gradient's sums, merged in order */
	for (int tile; (tile = rt_team_next((36 + 4095) / 4096)) >= 0;)
		merge_merge_1(work, work->slots + K_conv2d_1_kernel, work->gradients + W_conv2d_1_kernel, tile);
	/* conv2d_1's bias: the gradient's sums, merged in order */
	for (int tile; (tile = rt_team_next((4 + 4095) / 4096)) >= 0;)
		merge_merge_2(work, work->slots + K_conv2d_1_bias, work->gradients + W_conv2d_1_bias, tile);
}

/* Forward, loss and backward: the batch's mean gradient in work->gradients. */
static void gradients(struct rt_work *work)
{
	rt_team_run(share_gradients, work);
}

/* Packs and folds the weights for evaluation. */
static void prepare(struct rt_work *work)
{
	(void)work;
	/* conv2d_1 (spec.yaml:13)  12x12x1 -> 10x10x4, pack */
	for (int tile = 0; tile < 3 * 3; tile++)
		direct_pack_1(work->weights + W_conv2d_1_kernel, work->fixed + P0_conv2d_1, tile);
}

/* Each thread's part of evaluate. */
static void share_evaluate(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		evaluate_1(work, slot);
	rt_team_wait();
	/* dense_1 (spec.yaml:15)  400 -> 10, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_amx_rows(work->n, dense_tiles(10, dense_amx_columns(10)), work->thread_count)) * dense_tiles(10, dense_amx_columns(10)))) >= 0;)
		dense_amx_evaluate_1(work, work->samples + EY_conv2d_1, work->weights + W_dense_1_kernel, work->weights + W_dense_1_bias,
			work->samples + EY_dense_1_linear, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		evaluate_2(work, slot);
	rt_team_wait();
}

/* Forward without dropout: losses, metrics and predictions. */
static void evaluate(struct rt_work *work)
{
	rt_team_run(share_evaluate, work);
}

/* Each thread's part of update. */
static void share_update(void *argument)
{
	struct rt_work *const work = argument;
	const double lr = work->learning_rate, t = (double)work->iterations;
	const double momentum = 0.0;
	const real rate = (real)lr, keep = (real)momentum;
	real *restrict weights = work->weights;
	const real *restrict gradient = work->gradients;
	real *restrict velocitys = work->states + (size_t)0 * TRAINABLE;

	(void)lr, (void)t;
	(void)momentum;
	/* Each thread has the same tiles in every step, which stay in its caches. Whole tiles: vector code and what it leaves at a
	 * loop's end may round differently. */
	const int tiles = (TRAINABLE + UPDATE_TILE - 1) / UPDATE_TILE, number = rt_team_number(), threads = rt_team_size();
	for (int tile = (int)((long)tiles * number / threads); tile < (long)tiles * (number + 1) / threads; tile++) {
		const int begin = tile * UPDATE_TILE, end = TRAINABLE - begin < UPDATE_TILE ? TRAINABLE : begin + UPDATE_TILE;
#pragma omp simd
		for (int i = begin; i < end; i++) {
			const real g = gradient[i];
			real weight = weights[i];
			real velocity = velocitys[i];
			velocity = keep * velocity - rate * g;
			weight += velocity;
			velocitys[i] = velocity;
			weights[i] = weight;
		}
	}
}

/* SGD, one pass over all trainable weights. */
static void update(struct rt_work *work)
{
	rt_team_run(share_update, work);
}

const struct rt_code JOIN(rt_code_, RT_ISA) = {
	.isa = RT_ISA_NAME, .sample = SAMPLE, .slot = SLOT, .thread = THREAD, .fixed = FIXED,
	.gradients = gradients, .update = update, .prepare = prepare, .evaluate = evaluate,
};
