/* dense: sizes and places of everything in memory but weights, in reals. Written by trainc 0.1.0 from spec.yaml. */
#ifndef MEMORY_H
#define MEMORY_H
#include "model.h"

/* Memory there is for each sample of the batch, each slot, each thread, and once. */
enum {
	SAMPLE = 112,
	SLOT = 0,
	THREAD = 0,
	FIXED = 0,
};

/* Where things lie in it. Y values, D gradients, S saved for backward, T scratch, K sums of a slot, P once; E: the same when
 * evaluating; F: weights with the batch normalization behind them. Places are shared where lifetimes do not meet. */
enum {
	Y_input = 64, /* 13, sample */
	Y_dropout_1 = 0, /* 20, sample */
	S0_dropout_1 = 80, /* 5, sample */
	Y_dense_2 = 32, /* 1, sample */
	D_dense_2 = 96, /* 1, sample */
	D_dropout_1 = 32, /* 20, sample */
	EY_input = 32, /* 13, sample */
	EY_dropout_1 = 0, /* 20, sample */
	EY_dense_2 = 32, /* 1, sample */
};

#endif
