/* A checked spec: known keys, right types, values in range, names resolved to rows. Shapes and edges are graph's. */
#ifndef TRAINC_SPEC_H
#define TRAINC_SPEC_H
#include "key.h"
#include "yaml.h"

struct layer_type;

struct layer_spec {
	const struct layer_type *type;      /* NULL: unknown, and reported */
	bool wrong;                         /* a mistake was reported: its shape stays unknown */
	struct call call;                   /* call.row is &type->row; values by type->row.keys */
	struct at at;                       /* the layer's word */
	const char *name;                   /* given, or as Keras numbers them: conv2d_1 */
	struct at name_at;
	const char **inputs; struct at *inputs_at; int n_inputs;   /* as written; none: the layer above */
};

/* What operands of products are rounded to: training.precision's choices in order. Sums and weights are always float32. */
enum precision { PRECISION_FLOAT32, PRECISION_BFLOAT16 };

/* What samples are for. */
enum channel_role { CHANNEL_TRAINING, CHANNEL_VALIDATION, CHANNELS };

/* A role's files and the channel of the job that holds them; a NULL channel: the spec leaves the role out. */
struct channel_spec { const char *name, *images, *labels; struct at at; };

struct spec {
	const struct source *source;
	const char *file;                   /* base name of the spec's path, for provenance */
	const char *name; struct at name_at;
	bool channels_first;
	double epsilon;
	struct hyperparameter **hyperparameters; int n_hyperparameters;
	struct channel_spec channels[CHANNELS];
	struct value scale, first_label, label_column, transpose;
	int classes; struct at classes_at;
	struct value input;                 /* KIND_SHAPE, in image_data_format order */
	struct layer_spec *layers; int n_layers;
	const struct call *loss, *optimizer;
	const struct call **metrics; int n_metrics;
	struct value epochs, batch_size, gpus, seed;
	bool shuffle;
	enum precision precision; struct at precision_at;
	const struct call **exports; int n_exports;
};

/* Checks y and reports to d every mistake it finds. What it returns then is for graph_build alone, which finds the rest;
 * NULL where there are no layers. */
const struct spec *spec_check(struct arena *a, const struct yaml *y, struct diag *d);

#endif
