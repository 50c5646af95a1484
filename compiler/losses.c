/* Losses: Keras 2.2.4's names; templates/cpu/loss_reference holds the formulas. */
#include <float.h>
#include "tables.h"

static const struct loss_type
	categorical = {.row = {.name = "categorical_crossentropy", .keras = "categorical_crossentropy",
		.summary = "-log of the label's share of the outputs"},
		.range = RANGE_SHARES, .activation = "softmax", .classes_only = true},
	sparse = {.row = {.name = "sparse_categorical_crossentropy", .keras = "sparse_categorical_crossentropy",
		.summary = "the same, of outputs clipped first; Keras takes the label's number"},
		.range = RANGE_SHARES, .activation = "softmax", .sparse = true, .classes_only = true},
	binary = {.row = {.name = "binary_crossentropy", .keras = "binary_crossentropy",
		.summary = "mean over the outputs of -t log p - (1 - t) log(1 - p)"},
		.range = RANGE_UNIT, .activation = "sigmoid", .least = 0, .most = 1},
	squared = {.row = {.name = "mean_squared_error", .keras = "mean_squared_error",
		.aliases = (const char *const[]){"mse", "MSE", NULL}, .summary = "mean over the outputs of (p - t)^2"},
		.least = -FLT_MAX, .most = FLT_MAX};

const struct row *const losses[] = {&categorical.row, &sparse.row, &binary.row, &squared.row, NULL};
