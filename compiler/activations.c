/* Activations: Keras 2.2.4's, with its defaults. Each is two expressions over the functions of runtime/cpu/real.h; all can
 * be differentiated from their output. */
#include "tables.h"

static const struct activation_type
	softmax = {.row = {.name = "softmax", .summary = "exp(x) / sum of exp(x) over the last axis", .keras = "softmax"}},
	elu = {
		.row = {.name = "elu", .summary = "x above 0, exp(x) - 1 below", .keras = "elu"},
		.mxnet = "LeakyReLU act_type=elu slope=1.0",
		.forward = "real_select(x > 0, x, real_expm1(real_min(x, 0)))", .backward = "real_select(y > 0, dy, dy * (y + 1))",
	},
	selu = {
		.row = {.name = "selu", .summary = "scaled elu that keeps mean and variance", .keras = "selu"},
		.mxnet = "LeakyReLU act_type=selu",
		.forward = "(real)1.0507009873554805 * real_select(x > 0, x, (real)1.6732632423543772 * real_expm1(real_min(x, 0)))",
		.backward = "dy * real_select(y > 0, (real)1.0507009873554805, y + (real)1.7580993408473766)",
	},
	softplus = {
		.row = {.name = "softplus", .summary = "log(exp(x) + 1)", .keras = "softplus"},
		.mxnet = "Activation act_type=softrelu",
		.forward = "real_max(x, 0) + real_log1p(real_exp(-real_abs(x)))", .backward = "dy * -real_expm1(-y)",
	},
	softsign = {
		.row = {.name = "softsign", .summary = "x / (|x| + 1)", .keras = "softsign"},
		.mxnet = "Activation act_type=softsign",
		.forward = "x / (real_abs(x) + 1)", .backward = "dy * (1 - real_abs(y)) * (1 - real_abs(y))",
	},
	relu = {
		.row = {.name = "relu", .summary = "x above 0, 0 below; a NaN stays", .keras = "relu"},
		.mxnet = "LeakyReLU act_type=leaky slope=0.0",
		.forward = "real_max(x, 0)", .backward = "real_select(y > 0, dy, 0)", .gate = true,
	},
	tanh_ = {
		.row = {.name = "tanh", .summary = "hyperbolic tangent", .keras = "tanh"},
		.mxnet = "Activation act_type=tanh",
		.forward = "real_tanh(x)", .backward = "dy * (1 - y * y)",
	},
	sigmoid = {
		.row = {.name = "sigmoid", .summary = "1 / (1 + exp(-x))", .keras = "sigmoid"},
		.mxnet = "Activation act_type=sigmoid", .range = RANGE_UNIT,
		.forward = "1 / (1 + real_exp(-x))", .backward = "dy * y * (1 - y)",
	},
	hard_sigmoid = {
		.row = {.name = "hard_sigmoid", .summary = "0.2 x + 0.5, kept within 0 and 1", .keras = "hard_sigmoid"},
		.mxnet = "hard_sigmoid alpha=0.2 beta=0.5", .range = RANGE_UNIT,
		.forward = "real_min(real_max((real)0.2 * x + (real)0.5, 0), 1)",
		.backward = "real_select(y > 0 && y < 1, (real)0.2 * dy, 0)",
	},
	exponential = {
		.row = {.name = "exponential", .summary = "exp(x)", .keras = "exponential"},
		.mxnet = "exp",
		.forward = "real_exp(x)", .backward = "dy * y",
	},
	linear = {.row = {.name = "linear", .summary = "x", .keras = "linear"}};

const struct row *const activations[] = {
	&softmax.row, &elu.row, &selu.row, &softplus.row, &softsign.row, &relu.row, &tanh_.row, &sigmoid.row, &hard_sigmoid.row,
	&exponential.row, &linear.row, NULL,
};
