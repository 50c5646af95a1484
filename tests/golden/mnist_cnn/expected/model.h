/* mnist-cnn: hyperparameters, and where each weight lies. Written by trainc 0.1.0 from spec.yaml. */
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

#endif
