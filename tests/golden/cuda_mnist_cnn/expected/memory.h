/* mnist-cnn: sizes and places of everything in memory but weights, in reals. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MEMORY_H
#define MEMORY_H
#include "model.h"

/* Memory there is for each sample of the batch, each slot, each thread, and once. */
enum {
	SAMPLE = 80912,
	SLOT = 1536,
	THREAD = 0,
	FIXED = 36864,
};

/* Where things lie in it. Y values, D gradients, S saved for backward, T scratch, K sums of a slot, P once; E: the same when
 * evaluating; F: weights with the batch normalization behind them. Places are shared where lifetimes do not meet. */
enum {
	P0_conv2d_2_linear = 0, /* 18432, once */
	Y_input = 80128, /* 784, sample */
	Y_conv2d_1 = 36864, /* 21632, sample */
	Y_conv2d_2_linear = 0, /* 36864, sample */
	Y_dropout_1 = 58496, /* 9216, sample */
	S0_dropout_1 = 76928, /* 2304, sample */
	Y_dense_1_linear = 0, /* 128, sample */
	Y_dropout_2 = 128, /* 128, sample */
	Y_dense_2_linear = 0, /* 10, sample */
	Y_dense_2 = 16, /* 10, sample */
	D_dense_2_linear = 256, /* 10, sample */
	D_dropout_2 = 0, /* 128, sample */
	D_dense_1_linear = 79232, /* 128, sample */
	D_dropout_1 = 67712, /* 9216, sample */
	D_conv2d_2_linear = 0, /* 36864, sample */
	D_conv2d_1 = 58496, /* 21632, sample */
	K0_conv2d_2_linear = 1280, /* 256, slot */
	P1_conv2d_2_linear = 18432, /* 18432, once */
	K0_conv2d_1 = 0, /* 1280, slot */
	EY_input = 0, /* 784, sample */
	EY_conv2d_1 = 36864, /* 21632, sample */
	EY_conv2d_2_linear = 0, /* 36864, sample */
	EY_dropout_1 = 36864, /* 9216, sample */
	EY_dense_1_linear = 0, /* 128, sample */
	EY_dropout_2 = 128, /* 128, sample */
	EY_dense_2_linear = 0, /* 10, sample */
	EY_dense_2 = 16, /* 10, sample */
};

#endif
