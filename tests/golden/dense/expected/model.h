/* dense: sizes and places of everything in memory, in reals. Written by trainc 0.1.0 from spec.yaml. */
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

/* Memory there is for each sample of the batch, each slot, each thread, and once. */
enum {
	SAMPLE = 96,
	SLOT = 0,
	THREAD = 32,
	FIXED = 0,
};

/* Where things lie in it. Y values, D gradients, S saved for backward, T scratch, K sums of a slot, P once; E: the same when
 * evaluating; F: weights with the batch normalization behind them. Places are shared where lifetimes do not meet. */
enum {
	Y_input = 64, /* 13, sample */
	Y_dense_1_linear = 0, /* 20, sample */
	Y_dense_1 = 32, /* 20, sample */
	Y_dropout_1 = 0, /* 20, sample */
	Y_dense_2_linear = 80, /* 1, sample */
	Y_dense_2 = 0, /* 1, thread */
	D_dense_2 = 16, /* 1, thread */
	D_dense_2_linear = 80, /* 1, sample */
	D_dropout_1 = 0, /* 20, sample */
	D_dense_1 = 0, /* 20, thread */
	D_dense_1_linear = 0, /* 20, sample */
	EY_input = 32, /* 13, sample */
	EY_dense_1_linear = 0, /* 20, sample */
	EY_dense_1 = 0, /* 20, thread */
	EY_dropout_1 = 0, /* 20, sample */
	EY_dense_2_linear = 32, /* 1, sample */
	EY_dense_2 = 0, /* 1, thread */
};

#endif
