/* bfloat16: hyperparameters, and where each weight lies. Written by trainc 0.1.0 from spec.yaml. */
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
	WEIGHTS = 4080,
	TRAINABLE = 4080,
	W_conv2d_1_kernel = 0, /* [3, 3, 1, 4] */
	W_conv2d_1_bias = 48, /* [4] */
	W_dense_1_kernel = 64, /* [400, 10] */
	W_dense_1_bias = 4064, /* [10] */
};

#endif
