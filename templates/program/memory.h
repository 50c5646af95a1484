/* {{name}}: sizes and places of everything in memory but weights, in reals{{#for_amx}}, for processors with AMX{{/for_amx}}. Written by trainc {{compiler}} from {{file_comment}}. */
#ifndef MEMORY_H
#define MEMORY_H
#include "model.h"

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
