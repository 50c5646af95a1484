/* residual: sizes and places of everything in memory but weights, in reals. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MEMORY_H
#define MEMORY_H
#include "model.h"

/* Memory there is for each sample of the batch, each slot, each thread, and once. */
enum {
	SAMPLE = 3296,
	SLOT = 0,
	THREAD = 0,
	FIXED = 5760,
};

/* Where things lie in it. Y values, D gradients, S saved for backward, T scratch, K sums of a slot, P once; E: the same when
 * evaluating; F: weights with the batch normalization behind them. Places are shared where lifetimes do not meet. */
enum {
	P0_conv2d_1 = 0, /* 216, once */
	P0_conv2d_2 = 2528, /* 576, once */
	Y_input = 3072, /* 192, sample */
	Y_conv2d_1 = 0, /* 512, sample */
	P2_batch_normalization_1 = 480, /* 1024, once */
	P0_batch_normalization_1 = 448, /* 16, once */
	Y_batch_normalization_1 = 512, /* 512, sample */
	Y_trunk = 1024, /* 512, sample */
	Y_conv2d_2 = 512, /* 512, sample */
	P2_branch = 3712, /* 1024, once */
	P0_branch = 3680, /* 16, once */
	Y_branch = 1536, /* 512, sample */
	Y_sum = 2048, /* 512, sample */
	Y_activation_1 = 1536, /* 512, sample */
	Y_global_average_pooling2d_1_mean = 3264, /* 8, sample */
	Y_dense_1_linear = 2048, /* 4, sample */
	Y_dense_1 = 2064, /* 4, sample */
	D_dense_1_linear = 3280, /* 4, sample */
	D_global_average_pooling2d_1_mean = 2560, /* 8, sample */
	D_activation_1 = 2048, /* 512, sample */
	D_sum = 2560, /* 512, sample */
	D_branch = 1536, /* 512, sample */
	D_trunk = 2048, /* 512, sample */
	P3_branch = 4736, /* 1024, once */
	P1_branch = 3696, /* 16, once */
	D_conv2d_2 = 2560, /* 512, sample */
	P1_conv2d_2 = 3104, /* 576, once */
	D_batch_normalization_1 = 512, /* 512, sample */
	P3_batch_normalization_1 = 1504, /* 1024, once */
	P1_batch_normalization_1 = 464, /* 16, once */
	D_conv2d_1 = 1536, /* 512, sample */
	P1_conv2d_1 = 224, /* 216, once */
	EY_input = 512, /* 192, sample */
	EY_conv2d_1 = 0, /* 512, sample */
	EY_batch_normalization_1 = 512, /* 512, sample */
	EY_trunk = 0, /* 512, sample */
	EY_conv2d_2 = 512, /* 512, sample */
	EY_branch = 1024, /* 512, sample */
	EY_sum = 512, /* 512, sample */
	EY_activation_1 = 0, /* 512, sample */
	EY_global_average_pooling2d_1_mean = 512, /* 8, sample */
	EY_dense_1_linear = 0, /* 4, sample */
	EY_dense_1 = 16, /* 4, sample */
};

#endif
