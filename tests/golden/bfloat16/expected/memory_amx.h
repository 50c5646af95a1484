/* bfloat16: sizes and places of everything in memory but weights, in reals, for processors with AMX. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MEMORY_H
#define MEMORY_H
#include "model.h"

/* Memory there is for each sample of the batch, each slot, each thread, and once. */
enum {
	SAMPLE = 960,
	SLOT = 64,
	THREAD = 592,
	FIXED = 720,
};

/* Where things lie in it. Y values, D gradients, S saved for backward, T scratch, K sums of a slot, P once; E: the same when
 * evaluating; F: weights with the batch normalization behind them. Places are shared where lifetimes do not meet. */
enum {
	P0_conv2d_1 = 0, /* 144, once */
	Y_input = 800, /* 144, sample */
	Y_conv2d_1 = 0, /* 400, sample */
	T0_conv2d_1 = 0, /* 144, thread */
	Y_dense_1_linear = 400, /* 10, sample */
	Y_dense_1 = 0, /* 10, thread */
	D_dense_1 = 16, /* 10, thread */
	D_dense_1_linear = 944, /* 10, sample */
	D_conv2d_1 = 400, /* 400, sample */
	P1_conv2d_1 = 144, /* 576, once */
	K_conv2d_1_kernel = 0, /* 36, slot */
	K_conv2d_1_bias = 48, /* 4, slot */
	T1_conv2d_1 = 0, /* 592, thread */
	EY_input = 0, /* 144, thread */
	EY_conv2d_1 = 0, /* 400, sample */
	ET0_conv2d_1 = 144, /* 144, thread */
	EY_dense_1_linear = 400, /* 10, sample */
	EY_dense_1 = 0, /* 10, thread */
};

#endif
