/* mnist-cnn: one training step, and evaluation. Written by trainc 0.1.0 from spec.yaml.
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

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* input (spec.yaml:25), forward */
		input_reference_forward_1(work, i, sample + Y_input);
		if (work->trace)
			work->trace(work, 0, sample + Y_input, 784);
		/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, forward */
		direct_forward_1(sample + Y_input, work->fixed + P0_conv2d_1, work->weights + W_conv2d_1_bias,
			thread + Y_conv2d_1, thread + T0_conv2d_1);
		if (work->trace)
			work->trace(work, 1, thread + Y_conv2d_1, 21632);
		/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  26x26x32 -> 12x12x64, forward */
		winograd_sparse_forward_1(work, i, thread + Y_conv2d_1, work->fixed + P0_dropout_1, work->weights + W_conv2d_2_bias,
			sample + Y_dropout_1, sample + S0_dropout_1, thread + T0_dropout_1);
		if (work->trace)
			work->trace(work, 4, sample + Y_dropout_1, 9216);
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
			work->trace(work, 7, sample + Y_dropout_2, 128);
		if (work->trace)
			work->trace(work, 8, sample + Y_dense_2_linear, 10);
		/* dense_2 (spec.yaml:34)  10 -> 10, forward */
		softmax_reference_forward_1(sample + Y_dense_2_linear, thread + Y_dense_2);
		if (work->trace)
			work->trace(work, 8, thread + Y_dense_2, 10);
		/* categorical_crossentropy, forward */
		loss_reference_categorical_crossentropy_forward_1(thread + Y_dense_2, label, &work->loss[i]);
		/* accuracy */
		metric_categorical_accuracy_1(thread + Y_dense_2, label, &work->metrics[0 * work->n + i]);
		/* categorical_crossentropy, backward */
		loss_reference_categorical_crossentropy_backward_1(work, thread + Y_dense_2, label, thread + D_dense_2);
		/* dense_2 (spec.yaml:34)  10 -> 10, backward */
		softmax_reference_backward_1(thread + Y_dense_2, thread + D_dense_2, sample + D_dense_2_linear);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_3(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* dense_1 + dropout_2 (spec.yaml:32-33)  9216 -> 128, backward */
		dense_gradient_1(work, sample + Y_dropout_2, sample + S0_dropout_2, sample + D_dropout_2);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_4(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);
	real *const thread = work->threads + (size_t)rt_team_number() * THREAD;
	real *const sums = work->slots + (size_t)slot * SLOT;

	memset(sums + 0, 0, sizeof *sums * 18816);
	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, forward again */
		direct_forward_1(sample + Y_input, work->fixed + P0_conv2d_1, work->weights + W_conv2d_1_bias,
			thread + R_conv2d_1, thread + RT0_conv2d_1);
		/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  26x26x32 -> 12x12x64, backward */
		winograd_sparse_backward_1(work, thread + R_conv2d_1, work->fixed + P1_dropout_1, sample + Y_dropout_1,
			sample + S0_dropout_1, sample + D_dropout_1, thread + D_conv2d_1, sums + K0_dropout_1, sums + K1_dropout_1,
			thread + T1_dropout_1);
		/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, backward */
		direct_backward_1(work, sample + Y_input, work->fixed + P1_conv2d_1, thread + R_conv2d_1, thread + D_conv2d_1,
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
		/* input (spec.yaml:25), forward */
		input_reference_forward_1(work, i, thread + EY_input);
		/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, forward */
		direct_forward_1(thread + EY_input, work->fixed + P0_conv2d_1, work->weights + W_conv2d_1_bias,
			thread + EY_conv2d_1, thread + ET0_conv2d_1);
		/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  26x26x32 -> 12x12x64, forward */
		winograd_sparse_evaluate_1(thread + EY_conv2d_1, work->fixed + P0_dropout_1, work->weights + W_conv2d_2_bias,
			sample + EY_dropout_1, thread + ET0_dropout_1);
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
		/* dense_2 (spec.yaml:34)  10 -> 10, forward */
		softmax_reference_forward_1(sample + EY_dense_2_linear, thread + EY_dense_2);
		/* categorical_crossentropy, predict */
		predict_copy_1(thread + EY_dense_2, work, i);
		/* categorical_crossentropy, forward */
		loss_reference_categorical_crossentropy_forward_1(thread + EY_dense_2, label, &work->loss[i]);
		/* accuracy */
		metric_categorical_accuracy_1(thread + EY_dense_2, label, &work->metrics[0 * work->n + i]);
	}
}

/* Each thread's part of gradients. */
static void share_gradients(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, pack */
	for (int tile; (tile = rt_team_next(3 * 3)) >= 0;)
		direct_pack_1(work->weights + W_conv2d_1_kernel, work->fixed + P0_conv2d_1, tile);
	rt_team_wait();
	/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  26x26x32 -> 12x12x64, pack */
	for (int tile; (tile = rt_team_next(32)) >= 0;)
		winograd_sparse_pack_1(work->weights + W_conv2d_2_kernel, work->fixed + P0_dropout_1, tile);
	rt_team_wait();
	/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  26x26x32 -> 12x12x64, pack */
	for (int tile; (tile = rt_team_next(3 * 3)) >= 0;)
		winograd_sparse_pack_data_1(work->weights + W_conv2d_2_kernel, work->fixed + P1_dropout_1, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_1(work, slot);
	rt_team_wait();
	/* dense_1 + dropout_2 (spec.yaml:32-33)  9216 -> 128, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(128, dense_columns(128)), work->thread_count)) * dense_tiles(128, dense_columns(128)))) >= 0;)
		dense_forward_1(work, work->samples + Y_dropout_1, work->weights + W_dense_1_kernel, work->weights + W_dense_1_bias,
			work->samples + Y_dropout_2, work->samples + S0_dropout_2, tile);
	rt_team_wait();
	/* dense_2 (spec.yaml:34)  128 -> 10, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(10, dense_columns(10)), work->thread_count)) * dense_tiles(10, dense_columns(10)))) >= 0;)
		dense_forward_2(work, work->samples + Y_dropout_2, work->weights + W_dense_2_kernel, work->weights + W_dense_2_bias,
			work->samples + Y_dense_2_linear, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_2(work, slot);
	rt_team_wait();
	/* dense_2 (spec.yaml:34)  128 -> 10, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(128, dense_weights_inputs(128, work->thread_count)) * dense_tiles(10, dense_columns(10)))) >= 0;)
		dense_weights_1(work, work->samples + Y_dropout_2, work->samples + D_dense_2_linear, work->gradients + W_dense_2_kernel,
			work->gradients + W_dense_2_bias, tile);
	rt_team_wait();
	/* dense_2 (spec.yaml:34)  128 -> 10, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(128, dense_data_inputs(128, work->thread_count)), work->thread_count)) * dense_tiles(128, dense_data_inputs(128, work->thread_count)))) >= 0;)
		dense_data_1(work, work->samples + D_dense_2_linear, work->weights + W_dense_2_kernel, work->samples + D_dropout_2, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_3(work, slot);
	rt_team_wait();
	/* dense_1 + dropout_2 (spec.yaml:32-33)  9216 -> 128, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(9216, dense_weights_inputs(9216, work->thread_count)) * dense_tiles(128, dense_columns(128)))) >= 0;)
		dense_weights_2(work, work->samples + Y_dropout_1, work->samples + D_dropout_2, work->gradients + W_dense_1_kernel,
			work->gradients + W_dense_1_bias, tile);
	rt_team_wait();
	/* dense_1 + dropout_2 (spec.yaml:32-33)  9216 -> 128, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(9216, dense_data_inputs(9216, work->thread_count)), work->thread_count)) * dense_tiles(9216, dense_data_inputs(9216, work->thread_count)))) >= 0;)
		dense_data_2(work, work->samples + D_dropout_2, work->weights + W_dense_1_kernel, work->samples + D_dropout_1, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_4(work, slot);
	rt_team_wait();
	/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  26x26x32 -> 12x12x64, finish */
	for (int tile; (tile = rt_team_next(3 * 3)) >= 0;)
		winograd_sparse_finish_1(work, work->slots + K0_dropout_1, work->slots + K1_dropout_1, work->gradients + W_conv2d_2_kernel,
			work->gradients + W_conv2d_2_bias, tile);
	rt_team_wait();
	/* conv2d_1's kernel: the gradient's sums, merged in order */
	for (int tile; (tile = rt_team_next((288 + 4095) / 4096)) >= 0;)
		merge_merge_1(work, work->slots + K_conv2d_1_kernel, work->gradients + W_conv2d_1_kernel, tile);
	/* conv2d_1's bias: the gradient's sums, merged in order */
	for (int tile; (tile = rt_team_next((32 + 4095) / 4096)) >= 0;)
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
	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, pack */
	for (int tile = 0; tile < 3 * 3; tile++)
		direct_pack_1(work->weights + W_conv2d_1_kernel, work->fixed + P0_conv2d_1, tile);
	/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  26x26x32 -> 12x12x64, pack */
	for (int tile = 0; tile < 32; tile++)
		winograd_sparse_pack_1(work->weights + W_conv2d_2_kernel, work->fixed + P0_dropout_1, tile);
}

/* Each thread's part of evaluate. */
static void share_evaluate(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		evaluate_1(work, slot);
	rt_team_wait();
	/* dense_1 + dropout_2 (spec.yaml:32-33)  9216 -> 128, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(128, dense_columns(128)), work->thread_count)) * dense_tiles(128, dense_columns(128)))) >= 0;)
		dense_evaluate_1(work, work->samples + EY_dropout_1, work->weights + W_dense_1_kernel, work->weights + W_dense_1_bias,
			work->samples + EY_dropout_2, tile);
	rt_team_wait();
	/* dense_2 (spec.yaml:34)  128 -> 10, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(10, dense_columns(10)), work->thread_count)) * dense_tiles(10, dense_columns(10)))) >= 0;)
		dense_evaluate_2(work, work->samples + EY_dropout_2, work->weights + W_dense_2_kernel, work->weights + W_dense_2_bias,
			work->samples + EY_dense_2_linear, tile);
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
