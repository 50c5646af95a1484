/* Initializers: Keras 2.2.4's. The runtime draws the numbers; glorot and its like are variance scaling. */
#include <math.h>
#include "tables.h"

#define NUMBER(key, value, text) {.name = key, .kind = KIND_FLOAT, .fallback = value, .help = text}
#define SEED {.name = "seed", .kind = KIND_UNSUPPORTED, .fallback = "null", .help = "not supported: training.seed draws all"}

static const char *const modes[] = {"fan_in", "fan_out", "fan_avg", NULL};
static const char *const distributions[] = {"normal", "uniform", NULL};

static const struct key constant_keys[] = {NUMBER("value", "0", "the value"), {0}};
static const struct key normal_keys[] = {NUMBER("mean", "0", "mean"), NUMBER("stddev", "0.05", "standard deviation"), SEED, {0}};
static const struct key uniform_keys[] = {NUMBER("minval", "-0.05", "least"), NUMBER("maxval", "0.05", "most"), SEED, {0}};
static const struct key scaling_keys[] = {
	{.name = "scale", .kind = KIND_FLOAT, .fallback = "1", .min = 1e-300, .max = INFINITY, .help = "of the variance"},
	{.name = "mode", .kind = KIND_CHOICE, .fallback = "fan_in", .choices = modes, .help = "what the variance is divided by"},
	{.name = "distribution", .kind = KIND_CHOICE, .fallback = "normal", .choices = distributions, .help = "normal is truncated"},
	SEED, {0},
};
static const struct key gain_keys[] = {NUMBER("gain", "1", "factor"), SEED, {0}};
static const struct key identity_keys[] = {NUMBER("gain", "1", "factor"), {0}};
static const struct key seed_keys[] = {SEED, {0}};

#define FIXED(id, text, s, m, n) \
	static const struct initializer_type id = { \
		.row = {.name = #id, .summary = text, .keys = seed_keys, .keras = "VarianceScaling"}, \
		.runtime = "RT_VARIANCE_SCALING", .scale = s, .mode = m, .normal = n}
#define KEYED(id, rt, text, k, class) \
	static const struct initializer_type id = {.row = {.name = #id, .summary = text, .keys = k, .keras = class}, .runtime = rt}

KEYED(zeros, "RT_ZEROS", "0", NULL, "Zeros");
KEYED(ones, "RT_ONES", "1", NULL, "Ones");
KEYED(constant, "RT_CONSTANT", "one value", constant_keys, "Constant");
KEYED(random_normal, "RT_RANDOM_NORMAL", "normal distribution", normal_keys, "RandomNormal");
KEYED(random_uniform, "RT_RANDOM_UNIFORM", "uniform distribution", uniform_keys, "RandomUniform");
KEYED(truncated_normal, "RT_TRUNCATED_NORMAL", "normal, drawn again beyond two deviations", normal_keys, "TruncatedNormal");
KEYED(variance_scaling, "RT_VARIANCE_SCALING", "variance scale / n, n by mode", scaling_keys, "VarianceScaling");
static const struct initializer_type orthogonal = {
	.row = {.name = "orthogonal", .summary = "orthonormal rows or columns, times gain", .keys = gain_keys, .keras = "Orthogonal"},
	.runtime = "RT_ORTHOGONAL", .matrix = true,
};
static const struct initializer_type identity = {
	.row = {.name = "identity", .summary = "identity matrix times gain; square matrices only", .keys = identity_keys,
		.keras = "Identity"},
	.runtime = "RT_IDENTITY", .matrix = true, .square = true,
};
FIXED(lecun_uniform, "uniform, variance 1 / fan_in", 1, "RT_FAN_IN", false);
FIXED(lecun_normal, "truncated normal, variance 1 / fan_in", 1, "RT_FAN_IN", true);
FIXED(glorot_uniform, "uniform, variance 2 / (fan_in + fan_out)", 1, "RT_FAN_AVG", false);
FIXED(glorot_normal, "truncated normal, variance 2 / (fan_in + fan_out)", 1, "RT_FAN_AVG", true);
FIXED(he_uniform, "uniform, variance 2 / fan_in", 2, "RT_FAN_IN", false);
FIXED(he_normal, "truncated normal, variance 2 / fan_in", 2, "RT_FAN_IN", true);

const struct row *const initializers[] = {
	&zeros.row, &ones.row, &constant.row, &random_normal.row, &random_uniform.row, &truncated_normal.row,
	&variance_scaling.row, &orthogonal.row, &identity.row, &lecun_uniform.row, &lecun_normal.row, &glorot_uniform.row,
	&glorot_normal.row, &he_uniform.row, &he_normal.row, NULL,
};
