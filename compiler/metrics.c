/* Metrics: accuracy means what Keras resolves it to, from the loss and the number of classes. */
#include "tables.h"

static const struct metric_type
	accuracy = {.row = {.name = "accuracy", .aliases = (const char *const[]){"acc", NULL}, .keras = "accuracy",
		.summary = "binary, categorical or sparse, as Keras picks by the loss"}, .log_name = "acc"},
	binary = {.row = {.name = "binary_accuracy", .keras = "binary_accuracy",
		.summary = "share of outputs that round to their target"}, .log_name = "binary_accuracy", .template = "binary_accuracy"},
	categorical = {.row = {.name = "categorical_accuracy", .keras = "categorical_accuracy",
		.summary = "whether the largest output is the label's"}, .log_name = "categorical_accuracy",
		.template = "categorical_accuracy"},
	sparse = {.row = {.name = "sparse_categorical_accuracy", .keras = "sparse_categorical_accuracy",
		.summary = "the same; Keras takes the label's number"}, .log_name = "sparse_categorical_accuracy",
		.template = "categorical_accuracy"};

const struct row *const metrics[] = {&accuracy.row, &binary.row, &categorical.row, &sparse.row, NULL};
