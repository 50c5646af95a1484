/* dense: one training step, and evaluation. Written by trainc 0.1.0 from spec.yaml.
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

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* input (spec.yaml:15), forward */
		input_reference_forward_1(work, i, sample + Y_input);
		if (work->trace)
			work->trace(work, 0, sample + Y_input, 13);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_2(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		const float label = work->labels[work->index ? work->index[work->first + i] : work->first + i];
		if (work->trace)
			work->trace(work, 2, sample + Y_dropout_1, 20);
		if (work->trace)
			work->trace(work, 3, sample + Y_dense_2, 1);
		/* binary_crossentropy, forward */
		loss_reference_binary_crossentropy_forward_1(sample + Y_dense_2, label, &work->loss[i]);
		/* accuracy */
		metric_binary_accuracy_1(sample + Y_dense_2, label, &work->metrics[0 * work->n + i]);
		/* binary_crossentropy, backward */
		loss_reference_binary_crossentropy_backward_1(work, sample + Y_dense_2, label, sample + D_dense_2);
		/* dense_2 (spec.yaml:19)  20 -> 1, backward */
		dense_gradient_1(work, sample + Y_dense_2, sample + D_dense_2);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void train_3(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* dense_1 + dropout_1 (spec.yaml:17-18)  13 -> 20, backward */
		dense_gradient_2(work, sample + Y_dropout_1, sample + S0_dropout_1, sample + D_dropout_1);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void evaluate_1(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		/* input (spec.yaml:15), forward */
		input_reference_forward_1(work, i, sample + EY_input);
	}
}

/* Samples of a slot, one after the other. */
NOINLINE void evaluate_2(struct rt_work *work, int slot)
{
	const int begin = rt_slot_begin(work->n, slot), end = rt_slot_begin(work->n, slot + 1);

	for (int i = begin; i < end; i++) {
		real *const sample = work->samples + (size_t)i * SAMPLE;
		const float label = work->labels[work->index ? work->index[work->first + i] : work->first + i];
		/* binary_crossentropy, predict */
		predict_copy_1(sample + EY_dense_2, work, i);
		/* binary_crossentropy, forward */
		loss_reference_binary_crossentropy_forward_1(sample + EY_dense_2, label, &work->loss[i]);
		/* accuracy */
		metric_binary_accuracy_1(sample + EY_dense_2, label, &work->metrics[0 * work->n + i]);
	}
}

/* Each thread's part of gradients. */
static void share_gradients(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_1(work, slot);
	rt_team_wait();
	/* dense_1 + dropout_1 (spec.yaml:17-18)  13 -> 20, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(20, dense_columns(20)), work->thread_count)) * dense_tiles(20, dense_columns(20)))) >= 0;)
		dense_forward_1(work, work->samples + Y_input, work->weights + W_dense_1_kernel, work->weights + W_dense_1_bias,
			work->samples + Y_dropout_1, work->samples + S0_dropout_1, tile);
	rt_team_wait();
	/* dense_2 (spec.yaml:19)  20 -> 1, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(1, dense_columns(1)), work->thread_count)) * dense_tiles(1, dense_columns(1)))) >= 0;)
		dense_forward_2(work, work->samples + Y_dropout_1, work->weights + W_dense_2_kernel, work->weights + W_dense_2_bias,
			work->samples + Y_dense_2, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_2(work, slot);
	rt_team_wait();
	/* dense_2 (spec.yaml:19)  20 -> 1, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(20, dense_weights_inputs(20, work->thread_count)) * dense_tiles(1, dense_columns(1)))) >= 0;)
		dense_weights_1(work, work->samples + Y_dropout_1, work->samples + D_dense_2, work->gradients + W_dense_2_kernel,
			work->gradients + W_dense_2_bias, tile);
	rt_team_wait();
	/* dense_2 (spec.yaml:19)  20 -> 1, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(20, dense_data_inputs(20, work->thread_count)), work->thread_count)) * dense_tiles(20, dense_data_inputs(20, work->thread_count)))) >= 0;)
		dense_data_1(work, work->samples + D_dense_2, work->weights + W_dense_2_kernel, work->samples + D_dropout_1, tile);
	rt_team_wait();
	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		train_3(work, slot);
	rt_team_wait();
	/* dense_1 + dropout_1 (spec.yaml:17-18)  13 -> 20, backward */
	for (int tile; (tile = rt_team_next(dense_tiles(13, dense_weights_inputs(13, work->thread_count)) * dense_tiles(20, dense_columns(20)))) >= 0;)
		dense_weights_2(work, work->samples + Y_input, work->samples + D_dropout_1, work->gradients + W_dense_1_kernel,
			work->gradients + W_dense_1_bias, tile);
	rt_team_wait();
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
}

/* Each thread's part of evaluate. */
static void share_evaluate(void *argument)
{
	struct rt_work *const work = argument;
	const int slots = rt_slot_count(work->n);

	for (int slot; (slot = rt_team_next(slots)) >= 0;)
		evaluate_1(work, slot);
	rt_team_wait();
	/* dense_1 + dropout_1 (spec.yaml:17-18)  13 -> 20, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(20, dense_columns(20)), work->thread_count)) * dense_tiles(20, dense_columns(20)))) >= 0;)
		dense_evaluate_1(work, work->samples + EY_input, work->weights + W_dense_1_kernel, work->weights + W_dense_1_bias,
			work->samples + EY_dropout_1, tile);
	rt_team_wait();
	/* dense_2 (spec.yaml:19)  20 -> 1, forward */
	for (int tile; (tile = rt_team_next(dense_tiles(work->n, dense_rows(work->n, dense_tiles(1, dense_columns(1)), work->thread_count)) * dense_tiles(1, dense_columns(1)))) >= 0;)
		dense_evaluate_2(work, work->samples + EY_dropout_1, work->weights + W_dense_2_kernel, work->weights + W_dense_2_bias,
			work->samples + EY_dense_2, tile);
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
	const double beta_1 = 0.9;
	const double beta_2 = 0.999;
	const double epsilon = 1e-07;
	const real rate = (real)(lr * sqrt(1 - pow(beta_2, t + 1)) / (1 - pow(beta_1, t + 1)));
	const real b1 = (real)beta_1, b2 = (real)beta_2, fuzz = (real)epsilon;
	real *restrict weights = work->weights;
	const real *restrict gradient = work->gradients;
	real *restrict means = work->states + (size_t)0 * TRAINABLE;
	real *restrict squares = work->states + (size_t)1 * TRAINABLE;

	(void)lr, (void)t;
	(void)beta_1;
	(void)beta_2;
	(void)epsilon;
	/* Each thread has the same tiles in every step, which stay in its caches. Whole tiles: vector code and what it leaves at a
	 * loop's end may round differently. */
	const int tiles = (TRAINABLE + UPDATE_TILE - 1) / UPDATE_TILE, number = rt_team_number(), threads = rt_team_size();
	for (int tile = (int)((long)tiles * number / threads); tile < (long)tiles * (number + 1) / threads; tile++) {
		const int begin = tile * UPDATE_TILE, end = TRAINABLE - begin < UPDATE_TILE ? TRAINABLE : begin + UPDATE_TILE;
#pragma omp simd
		for (int i = begin; i < end; i++) {
			const real g = gradient[i];
			real weight = weights[i];
			real mean = means[i];
			real square = squares[i];
			mean = b1 * mean + (1 - b1) * g;
			square = b2 * square + (1 - b2) * g * g;
			weight -= rate * mean / (real_sqrt(square) + fuzz);
			means[i] = mean;
			squares[i] = square;
			weights[i] = weight;
		}
	}
}

/* Adam, one pass over all trainable weights. */
static void update(struct rt_work *work)
{
	rt_team_run(share_update, work);
}

const struct rt_code JOIN(rt_code_, RT_ISA) = {
	.isa = RT_ISA_NAME, .sample = SAMPLE, .slot = SLOT, .thread = THREAD, .fixed = FIXED,
	.gradients = gradients, .update = update, .prepare = prepare, .evaluate = evaluate,
};
#endif
