/* residual: sizes and places of everything in memory but weights, in reals. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MEMORY_H
#define MEMORY_H
#include "model.h"

/* Memory there is for each sample of the batch, each slot, each thread, and once. */
enum {
	SAMPLE = 2752,
	SLOT = 864,
	THREAD = 3008,
	FIXED = 6464,
};

/* Where things lie in it. Y values, D gradients, S saved for backward, T scratch, K sums of a slot, P once; E: the same when
 * evaluating; F: weights with the batch normalization behind them. Places are shared where lifetimes do not meet. */
enum {
	P0_conv2d_1 = 0, /* 432, once */
	P0_conv2d_2 = 1664, /* 1152, once */
	P1_conv2d_2 = 2816, /* 1152, once */
	Y_input = 2560, /* 192, sample */
	Y_conv2d_1 = 0, /* 512, sample */
	T0_conv2d_1 = 0, /* 304, thread */
	K0_trunk = 0, /* 16, slot */
	P2_trunk = 1632, /* 8, once */
	P3_trunk = 1648, /* 8, once */
	P0_trunk = 1584, /* 32, once */
	Y_conv2d_2 = 512, /* 512, sample */
	T0_conv2d_2 = 0, /* 800, thread */
	K0_branch = 16, /* 16, slot */
	P2_branch = 4016, /* 8, once */
	P3_branch = 4032, /* 8, once */
	P0_branch = 3968, /* 32, once */
	Y_activation_1 = 1024, /* 512, sample */
	Y_global_average_pooling2d_1_mean = 1536, /* 8, sample */
	Y_dense_1_linear = 1552, /* 4, sample */
	Y_dense_1 = 0, /* 4, thread */
	D_dense_1 = 16, /* 4, thread */
	D_dense_1_linear = 1552, /* 4, sample */
	D_global_average_pooling2d_1_mean = 1536, /* 8, sample */
	D_activation_1 = 0, /* 512, thread */
	D_branch = 1536, /* 512, sample */
	D_trunk = 2048, /* 512, sample */
	K1_branch = 32, /* 16, slot */
	P1_branch = 4000, /* 16, once */
	K_conv2d_2_kernel = 48, /* 576, slot */
	T1_conv2d_2 = 0, /* 3008, thread */
	K1_trunk = 624, /* 16, slot */
	P1_trunk = 1616, /* 16, once */
	P1_conv2d_1 = 432, /* 1152, once */
	K_conv2d_1_kernel = 640, /* 216, slot */
	T1_conv2d_1 = 0, /* 656, thread */
	FP0_trunk = 4048, /* 216, once */
	FP1_trunk = 4272, /* 8, once */
	EP0_trunk = 4288, /* 432, once */
	FP0_branch = 4720, /* 576, once */
	FP1_branch = 5296, /* 8, once */
	EP0_branch = 5312, /* 1152, once */
	EY_input = 304, /* 192, thread */
	EY_trunk = 800, /* 512, thread */
	ET0_trunk = 0, /* 304, thread */
	EY_branch = 1312, /* 512, thread */
	ET0_branch = 0, /* 800, thread */
	EY_activation_1 = 0, /* 512, thread */
	EY_global_average_pooling2d_1_mean = 0, /* 8, sample */
	EY_dense_1_linear = 16, /* 4, sample */
	EY_dense_1 = 0, /* 4, thread */
};

#endif
