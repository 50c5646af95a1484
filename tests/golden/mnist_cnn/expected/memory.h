/* mnist-cnn: sizes and places of everything in memory but weights, in reals. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MEMORY_H
#define MEMORY_H
#include "model.h"

/* Memory there is for each sample of the batch, each slot, each thread, and once. */
enum {
	SAMPLE = 21664,
	SLOT = 18816,
	THREAD = 189584,
	FIXED = 97056,
};

/* Where things lie in it. Y values, D gradients, S saved for backward, T scratch, K sums of a slot, P once; E: the same when
 * evaluating; F: weights with the batch normalization behind them. Places are shared where lifetimes do not meet. */
enum {
	P0_conv2d_1 = 0, /* 288, once */
	P0_dropout_1 = 4896, /* 73728, once */
	P1_dropout_1 = 78624, /* 18432, once */
	Y_input = 20752, /* 784, sample */
	Y_conv2d_1 = 84096, /* 21632, thread */
	T0_conv2d_1 = 0, /* 784, thread */
	Y_dropout_1 = 0, /* 9216, sample */
	S0_dropout_1 = 18432, /* 2320, sample */
	T0_dropout_1 = 0, /* 84096, thread */
	Y_dropout_2 = 9216, /* 128, sample */
	S0_dropout_2 = 9344, /* 32, sample */
	Y_dense_2_linear = 9376, /* 10, sample */
	Y_dense_2 = 0, /* 10, thread */
	D_dense_2 = 16, /* 10, thread */
	D_dense_2_linear = 9376, /* 10, sample */
	D_dropout_2 = 21536, /* 128, sample */
	D_dropout_1 = 9216, /* 9216, sample */
	R_conv2d_1 = 146320, /* 21632, thread */
	RT0_conv2d_1 = 0, /* 784, thread */
	D_conv2d_1 = 167952, /* 21632, thread */
	K0_dropout_1 = 0, /* 18432, slot */
	K1_dropout_1 = 18432, /* 64, slot */
	T1_dropout_1 = 0, /* 146320, thread */
	P1_conv2d_1 = 288, /* 4608, once */
	K_conv2d_1_kernel = 18496, /* 288, slot */
	K_conv2d_1_bias = 18784, /* 32, slot */
	T1_conv2d_1 = 0, /* 2704, thread */
	EY_input = 0, /* 784, thread */
	EY_conv2d_1 = 84096, /* 21632, thread */
	ET0_conv2d_1 = 784, /* 784, thread */
	EY_dropout_1 = 0, /* 9216, sample */
	ET0_dropout_1 = 0, /* 84096, thread */
	EY_dropout_2 = 9216, /* 128, sample */
	EY_dense_2_linear = 0, /* 10, sample */
	EY_dense_2 = 0, /* 10, thread */
};

#endif
