/* residual: one training step, and evaluation. Written by trainc 0.1.0 from spec.yaml.
 *
 * A step is a row of passes. In a pass over samples each slot's samples go through in order, by one thread; a pass over
 * tiles cuts the batch or the weights into parts, and each sum is one thread's, in one order. So the sums, and the bits,
 * are the same for any number of threads.
 *
 * Compiled once for each instruction set, with RT_ISA its name in C and RT_ISA_NAME as text.
 */
#include <string.h>
#include <trainc/cpu.h>
#include <trainc/dense.h>
#include <trainc/dense_bf16.h>
#include <trainc/depthwise.h>
#include <trainc/direct.h>
#include <trainc/normalise.h>
#include <trainc/sparse.h>
#include <trainc/team.h>
#include <trainc/winograd.h>

#ifndef __AVX512BF16__  /* all operands are float32 here: avx512's code serves */
#include "memory.h"
#include "kernels.c"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

enum { UPDATE_TILE = 2048 };

/* Samples of a slot, one after the other. */
NOINLINE void train_1(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;
	real *const sums = work->slots + (size_t)slot * SLOT;

	memset(sums + 0, 0, sizeof *sums * 16);
	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* input (spec.yaml:12), forward */
		input_reference_forward_1(work, i, sample + Y_input);
		if (work->trace)
			work->trace(work, 0, sample + Y_input, 192);
		/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, forward */
		direct_forward_1(sample + Y_input, work->fixed + P0_conv2d_1, sample + Y_conv2d_1, thread + T0_conv2d_1);
		if (work->trace)
			work->trace(work, 1, sample + Y_conv2d_1, 512);
		/* batch_normalization_1 + trunk (spec.yaml:15-16)  8x8x8 -> 8x8x8, forward */
		normalise_statistics_1(sample + Y_conv2d_1, sums + K0_trunk, i - begin);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_2(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;
	real *const sums = work->slots + (size_t)slot * SLOT;

	memset(sums + 16, 0, sizeof *sums * 16);
	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		if (work->trace)
			work->trace(work, 3, work->fixed + P0_trunk, 32);
		/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, forward */
		direct_forward_2(sample + Y_conv2d_1, work->fixed + P0_trunk, work->fixed + P0_conv2d_2, sample + Y_conv2d_2,
			thread + T0_conv2d_2);
		if (work->trace)
			work->trace(work, 4, sample + Y_conv2d_2, 512);
		/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, forward */
		normalise_statistics_1(sample + Y_conv2d_2, sums + K0_branch, i - begin);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_3(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		if (work->trace)
			work->trace(work, 5, work->fixed + P0_branch, 32);
		/* sum + activation_1 (spec.yaml:19-20)  8x8x8 -> 8x8x8, forward */
		add_forward_1(sample + Y_activation_1, sample + Y_conv2d_2, sample + Y_conv2d_1, work->fixed + P0_branch,
			work->fixed + P0_trunk);
		if (work->trace)
			work->trace(work, 7, sample + Y_activation_1, 512);
		/* global_average_pooling2d_1 (spec.yaml:21)  8x8x8 -> 1x1x8, forward */
		average_pool_reference_forward_1(sample + Y_activation_1, sample + Y_global_average_pooling2d_1_mean);
		if (work->trace)
			work->trace(work, 8, sample + Y_global_average_pooling2d_1_mean, 8);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_4(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		const float label = work->labels[work->index ? work->index[work->first + i] : work->first + i];
		if (work->trace)
			work->trace(work, 9, sample + Y_dense_1_linear, 4);
		/* dense_1 (spec.yaml:22)  4 -> 4, forward */
		softmax_reference_forward_1(sample + Y_dense_1_linear, thread + Y_dense_1);
		if (work->trace)
			work->trace(work, 9, thread + Y_dense_1, 4);
		/* categorical_crossentropy, forward */
		loss_reference_categorical_crossentropy_forward_1(thread + Y_dense_1, label, &work->loss[i]);
		/* accuracy */
		metric_categorical_accuracy_1(thread + Y_dense_1, label, &work->metrics[0 * work->n + i]);
		/* categorical_crossentropy, backward */
		loss_reference_categorical_crossentropy_backward_1(work, thread + Y_dense_1, label, thread + D_dense_1);
		/* dense_1 (spec.yaml:22)  4 -> 4, backward */
		softmax_reference_backward_1(thread + Y_dense_1, thread + D_dense_1, sample + D_dense_1_linear);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_5(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;
	real *const sums = work->slots + (size_t)slot * SLOT;

	memset(sums + 32, 0, sizeof *sums * 16);
	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* global_average_pooling2d_1 (spec.yaml:21)  8x8x8 -> 1x1x8, backward */
		average_pool_reference_backward_1(sample + D_global_average_pooling2d_1_mean, thread + D_activation_1);
		/* sum + activation_1 (spec.yaml:19-20)  8x8x8 -> 8x8x8, backward */
		add_backward_1(sample + Y_activation_1, thread + D_activation_1, sample + D_branch, sample + D_trunk);
		/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, backward */
		normalise_sums_1(sample + Y_conv2d_2, sample + D_branch, work->fixed + P0_branch, sums + K1_branch);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_6(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;
	real *const sums = work->slots + (size_t)slot * SLOT;

	memset(sums + 48, 0, sizeof *sums * 592);
	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, backward */
		direct_backward_1(work, sample + Y_conv2d_1, work->fixed + P0_trunk, work->fixed + P1_conv2d_2,
			sample + Y_conv2d_2, sample + D_branch, work->fixed + P0_branch, work->fixed + P1_branch, sample + D_trunk,
			sums + K_conv2d_2_kernel, thread + T1_conv2d_2);
		/* batch_normalization_1 + trunk (spec.yaml:15-16)  8x8x8 -> 8x8x8, backward */
		normalise_sums_2(sample + Y_conv2d_1, sample + D_trunk, work->fixed + P0_trunk, sums + K1_trunk);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_7(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;
	real *const sums = work->slots + (size_t)slot * SLOT;

	memset(sums + 640, 0, sizeof *sums * 224);
	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, backward */
		direct_backward_2(work, sample + Y_input, work->fixed + P1_conv2d_1, sample + Y_conv2d_1, sample + D_trunk,
			work->fixed + P0_trunk, work->fixed + P1_trunk, sums + K_conv2d_1_kernel, thread + T1_conv2d_1);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void evaluate_1(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* input (spec.yaml:12), forward */
		input_reference_forward_1(work, i, thread + EY_input);
		/* conv2d_1 + trunk (spec.yaml:14-16)  8x8x3 -> 8x8x8, forward */
		direct_forward_3(thread + EY_input, work->fixed + EP0_trunk, work->fixed + FP1_trunk, thread + EY_trunk,
			thread + ET0_trunk);
		/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, forward */
		direct_forward_4(thread + EY_trunk, work->fixed + EP0_branch, work->fixed + FP1_branch, thread + EY_branch,
			thread + ET0_branch);
		/* sum + activation_1 (spec.yaml:19-20)  8x8x8 -> 8x8x8, forward */
		add_forward_2(thread + EY_activation_1, thread + EY_branch, thread + EY_trunk);
		/* global_average_pooling2d_1 (spec.yaml:21)  8x8x8 -> 1x1x8, forward */
		average_pool_reference_forward_1(thread + EY_activation_1, sample + EY_global_average_pooling2d_1_mean);
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
		/* dense_1 (spec.yaml:22)  4 -> 4, forward */
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

	/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, pack */
	for (int tile; (tile = rt_team_next(3 * 3)) >= 0;)
		direct_pack_1(work->weights + W_conv2d_1_kernel, work->fixed + P0_conv2d_1, tile);
	rt_team_wait();
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, pack */
	for (int tile; (tile = rt_team_next(3 * 3)) >= 0;)
		direct_pack_2(work->weights + W_conv2d_2_kernel, work->fixed + P0_conv2d_2, tile);
	rt_team_wait();
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, pack */
	for (int tile; (tile = rt_team_next(3 * 3)) >= 0;)
		direct_pack_data_1(work->weights + W_conv2d_2_kernel, work->fixed + P1_conv2d_2, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_1(work, slot);
	rt_team_wait();
	/* batch_normalization_1 + trunk (spec.yaml:15-16)  8x8x8 -> 8x8x8, forward */
	for (int tile; (tile = rt_team_next(1)) >= 0;)
		normalise_mean_1(work, work->slots + K0_trunk, work->fixed + P2_trunk, tile);
	rt_team_wait();
	/* batch_normalization_1 + trunk (spec.yaml:15-16)  8x8x8 -> 8x8x8, forward */
	for (int tile; (tile = rt_team_next(1)) >= 0;)
		normalise_variance_1(work, work->slots + K0_trunk, work->fixed + P2_trunk, work->fixed + P3_trunk, tile);
	rt_team_wait();
	/* batch_normalization_1 + trunk (spec.yaml:15-16)  8x8x8 -> 8x8x8, forward */
	for (int tile; (tile = rt_team_next(1)) >= 0;)
		normalise_finish_1(work->fixed + P2_trunk, work->fixed + P3_trunk, work->weights + W_batch_normalization_1_gamma,
			work->weights + W_batch_normalization_1_beta, work->weights + W_batch_normalization_1_moving_mean,
			work->weights + W_batch_normalization_1_moving_variance, work->fixed + P0_trunk, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_2(work, slot);
	rt_team_wait();
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, forward */
	for (int tile; (tile = rt_team_next(1)) >= 0;)
		normalise_mean_1(work, work->slots + K0_branch, work->fixed + P2_branch, tile);
	rt_team_wait();
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, forward */
	for (int tile; (tile = rt_team_next(1)) >= 0;)
		normalise_variance_1(work, work->slots + K0_branch, work->fixed + P2_branch, work->fixed + P3_branch, tile);
	rt_team_wait();
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, forward */
	for (int tile; (tile = rt_team_next(1)) >= 0;)
		normalise_finish_1(work->fixed + P2_branch, work->fixed + P3_branch, work->weights + W_branch_gamma,
			work->weights + W_branch_beta, work->weights + W_branch_moving_mean, work->weights + W_branch_moving_variance,
			work->fixed + P0_branch, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_3(work, slot);
	rt_team_wait();
	/* dense_1 (spec.yaml:22)  8 -> 4, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(4, dense_columns(4)), work->thread_count)) * dense_tiles(4, dense_columns(4)))) >= 0;)
		dense_forward_1(work, work->samples + Y_global_average_pooling2d_1_mean, work->weights + W_dense_1_kernel,
			work->weights + W_dense_1_bias, work->samples + Y_dense_1_linear, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_4(work, slot);
	rt_team_wait();
	/* dense_1 (spec.yaml:22)  8 -> 4, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(8, dense_weights_inputs(8, work->thread_count)) * dense_tiles(4, dense_columns(4)))) >= 0;)
		dense_weights_1(work, work->samples + Y_global_average_pooling2d_1_mean, work->samples + D_dense_1_linear,
			work->gradients + W_dense_1_kernel, work->gradients + W_dense_1_bias, tile);
	rt_team_wait();
	/* dense_1 (spec.yaml:22)  8 -> 4, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(8, dense_data_inputs(8, work->thread_count)), work->thread_count)) * dense_tiles(8, dense_data_inputs(8, work->thread_count)))) >= 0;)
		dense_data_1(work, work->samples + D_dense_1_linear, work->weights + W_dense_1_kernel, work->samples + D_global_average_pooling2d_1_mean, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_5(work, slot);
	rt_team_wait();
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, backward */
	for (int tile; (tile = rt_team_next(1)) >= 0;)
		normalise_gradients_1(work, work->slots + K1_branch, work->fixed + P1_branch, work->gradients + W_branch_gamma,
			work->gradients + W_branch_beta, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_6(work, slot);
	rt_team_wait();
	/* batch_normalization_1 + trunk (spec.yaml:15-16)  8x8x8 -> 8x8x8, backward */
	for (int tile; (tile = rt_team_next(1)) >= 0;)
		normalise_gradients_1(work, work->slots + K1_trunk, work->fixed + P1_trunk, work->gradients + W_batch_normalization_1_gamma,
			work->gradients + W_batch_normalization_1_beta, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_7(work, slot);
	rt_team_wait();
	/* conv2d_1's kernel: the gradient's sums, merged in order */
	for (int tile; (tile = rt_team_next((216 + 4095) / 4096)) >= 0;)
		merge_merge_1(work, work->slots + K_conv2d_1_kernel, work->gradients + W_conv2d_1_kernel, tile);
	/* conv2d_2's kernel: the gradient's sums, merged in order */
	for (int tile; (tile = rt_team_next((576 + 4095) / 4096)) >= 0;)
		merge_merge_2(work, work->slots + K_conv2d_2_kernel, work->gradients + W_conv2d_2_kernel, tile);
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
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, prepare */
	for (int tile = 0; tile < 1; tile++)
		fold_fold_1(work->weights + W_conv2d_1_kernel, work->weights + W_batch_normalization_1_gamma,
			work->weights + W_batch_normalization_1_beta, work->weights + W_batch_normalization_1_moving_mean,
			work->weights + W_batch_normalization_1_moving_variance, work->fixed + FP0_trunk, work->fixed + FP1_trunk, tile);
	/* conv2d_1 + trunk (spec.yaml:14-16)  8x8x3 -> 8x8x8, pack */
	for (int tile = 0; tile < 3 * 3; tile++)
		direct_pack_1(work->fixed + FP0_trunk, work->fixed + EP0_trunk, tile);
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, prepare */
	for (int tile = 0; tile < 1; tile++)
		fold_fold_2(work->weights + W_conv2d_2_kernel, work->weights + W_branch_gamma, work->weights + W_branch_beta,
			work->weights + W_branch_moving_mean, work->weights + W_branch_moving_variance, work->fixed + FP0_branch,
			work->fixed + FP1_branch, tile);
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, pack */
	for (int tile = 0; tile < 3 * 3; tile++)
		direct_pack_2(work->fixed + FP0_branch, work->fixed + EP0_branch, tile);
}

/* Each thread's part of evaluate. */
static void share_evaluate(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		evaluate_1(work, slot);
	rt_team_wait();
	/* dense_1 (spec.yaml:22)  8 -> 4, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(4, dense_columns(4)), work->thread_count)) * dense_tiles(4, dense_columns(4)))) >= 0;)
		dense_evaluate_1(work, work->samples + EY_global_average_pooling2d_1_mean, work->weights + W_dense_1_kernel,
			work->weights + W_dense_1_bias, work->samples + EY_dense_1_linear, tile);
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
	const double momentum = 0.9;
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
			weight += keep * velocity - rate * g;
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
#endif
