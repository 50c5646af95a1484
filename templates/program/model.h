/* {{name}}: hyperparameters, and where each weight lies. Written by trainc {{compiler}} from {{file_comment}}. */
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

#endif
