/* residual: hyperparameters, and where each weight lies. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MODEL_H
#define MODEL_H
#include <trainc/rt.h>

extern const struct rt_model model;

/* Hyperparameters, as numbers in work->hyperparameters. */
enum hyperparameter {
	HYPERPARAMETERS
};

/* The flat buffers of weights and gradients: trainable ones first, in layer order. */
enum {
	WEIGHTS = 976,
	TRAINABLE = 912,
	W_conv2d_1_kernel = 0, /* [3, 3, 3, 8] */
	W_batch_normalization_1_gamma = 224, /* [8] */
	W_batch_normalization_1_beta = 240, /* [8] */
	W_batch_normalization_1_moving_mean = 912, /* [8] */
	W_batch_normalization_1_moving_variance = 928, /* [8] */
	W_conv2d_2_kernel = 256, /* [3, 3, 8, 8] */
	W_branch_gamma = 832, /* [8] */
	W_branch_beta = 848, /* [8] */
	W_branch_moving_mean = 944, /* [8] */
	W_branch_moving_variance = 960, /* [8] */
	W_dense_1_kernel = 864, /* [8, 4] */
	W_dense_1_bias = 896, /* [4] */
};

#endif
