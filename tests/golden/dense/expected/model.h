/* dense: hyperparameters, and where each weight lies. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MODEL_H
#define MODEL_H
#include <trainc/rt.h>

extern const struct rt_model model;

/* Hyperparameters, as numbers in work->hyperparameters. */
enum hyperparameter {
	HYPERPARAMETER_lr,
	HYPERPARAMETER_keep,
	HYPERPARAMETER_steps,
	HYPERPARAMETERS
};

/* The flat buffers of weights and gradients: trainable ones first, in layer order. */
enum {
	WEIGHTS = 352,
	TRAINABLE = 352,
	W_dense_1_kernel = 0, /* [13, 20] */
	W_dense_1_bias = 272, /* [20] */
	W_dense_2_kernel = 304, /* [20, 1] */
	W_dense_2_bias = 336, /* [1] */
};

#endif
