/* mnist-cnn: sizes and places of everything in memory, in reals. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MODEL_H
#define MODEL_H
#include <trainc/rt.h>

extern const struct rt_model model;

/* Hyperparameters, as numbers in work->hyperparameters. */
enum hyperparameter {
	HYPERPARAMETER_lr,
	HYPERPARAMETER_batch_size,
	HYPERPARAMETER_epochs,
	HYPERPARAMETER_gpu_count,
	HYPERPARAMETERS
};

/* The flat buffers of weights and gradients: trainable ones first, in layer order. */
enum {
	WEIGHTS = 1199888,
	TRAINABLE = 1199888,
	W_conv2d_1_kernel = 0, /* [3, 3, 1, 32] */
	W_conv2d_1_bias = 288, /* [32] */
	W_conv2d_2_kernel = 320, /* [3, 3, 32, 64] */
	W_conv2d_2_bias = 18752, /* [64] */
	W_dense_1_kernel = 18816, /* [9216, 128] */
	W_dense_1_bias = 1198464, /* [128] */
	W_dense_2_kernel = 1198592, /* [128, 10] */
	W_dense_2_bias = 1199872, /* [10] */
};

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
