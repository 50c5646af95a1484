/* {{name}}: sizes and places of everything in memory, in reals. Written by trainc {{compiler}} from {{file_comment}}. */
#ifndef MODEL_H
#define MODEL_H
#include <trainc/rt.h>

extern const struct rt_model model;

/* Hyperparameters, as numbers in work->hyperparameters. */
enum hyperparameter {
	{{#hyperparameters}}
	HYPERPARAMETER_{{name}},
	{{/hyperparameters}}
	HYPERPARAMETERS
};

/* The flat buffers of weights and gradients: trainable ones first, in layer order. */
enum {
	WEIGHTS = {{weights}},
	TRAINABLE = {{trainable}},
	{{#parameters}}
	W_{{layer_name}}_{{name}} = {{offset}}, /* [{{dims}}] */
	{{/parameters}}
};

/* Memory there is for each sample of the batch, each slot, each thread, and once. */
enum {
	SAMPLE = {{sample_size}},
	SLOT = {{slot_size}},
	THREAD = {{thread_size}},
	FIXED = {{fixed_size}},
};

/* Where things lie in it. Y values, D gradients, S saved for backward, T scratch, K sums of a slot, P once; E: the same when
 * evaluating; F: weights with the batch normalization behind them. Places are shared where lifetimes do not meet. */
enum {
	{{#offsets}}
	{{name}} = {{offset}}, /* {{size}}, {{owner}} */
	{{/offsets}}
};

#endif
