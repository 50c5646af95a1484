/* Optimizers: Keras 2.2.4's formulas as C, once a step and once an element. lr is decayed already: lr / (1 + decay * t). */
#include <math.h>
#include "tables.h"

#define LEARNING_RATE(value) \
	{.name = "lr", .alias = "learning_rate", .kind = KIND_FLOAT, .fallback = value, .max = INFINITY, .runtime = true, \
	 .help = "learning rate; may be called learning_rate"}
#define RATE(key, value, text) \
	{.name = key, .kind = KIND_FLOAT, .fallback = value, .max = INFINITY, .runtime = true, .help = text}
#define BELOW_1(key, value, text) \
	{.name = key, .kind = KIND_FLOAT, .fallback = value, .max = 1, .below_max = true, .runtime = true, .help = text}
#define UNSUPPORTED(key) {.name = key, .kind = KIND_UNSUPPORTED, .fallback = "null", .help = "not supported yet: null"}

/* ---- sgd: v = momentum * v - lr * g; w += v, or with Nesterov's w += momentum * v - lr * g ---- */

static const struct key sgd_keys[] = {
	LEARNING_RATE("0.01"),
	RATE("momentum", "0", "share of the last step that is kept"),
	RATE("decay", "0", "learning rate is lr / (1 + decay * updates)"),
	{.name = "nesterov", .kind = KIND_BOOL, .fallback = "false", .help = "looks one step ahead"},
	UNSUPPORTED("clipnorm"), UNSUPPORTED("clipvalue"),
	{0},
};

static const char *const *sgd_states(const struct call *c)
{
	static const char *const states[] = {"velocity", NULL};
	(void)c;
	return states;
}

static const char *sgd_prepare(const struct call *c)
{
	(void)c;
	return "const real rate = (real)lr, keep = (real)momentum;";
}

static const char *sgd_update(const struct call *c)
{
	if (call_value(c, "nesterov")->number)
		return "velocity = keep * velocity - rate * g;\n\t\t\tweight += keep * velocity - rate * g;";
	return "velocity = keep * velocity - rate * g;\n\t\t\tweight += velocity;";
}

static const struct optimizer_type sgd = {
	.row = {.name = "sgd", .summary = "stochastic gradient descent with momentum", .keys = sgd_keys, .keras = "SGD"},
	.states = sgd_states, .saved_states = 1, .prepare = sgd_prepare, .update = sgd_update,
};

/* ---- adam: m, v running means of g, g^2; w -= lr * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + epsilon) ---- */

static const struct key adam_keys[] = {
	LEARNING_RATE("0.001"),
	BELOW_1("beta_1", "0.9", "decay of the gradient's mean"),
	BELOW_1("beta_2", "0.999", "decay of the square's mean"),
	{.name = "epsilon", .kind = KIND_FLOAT, .fallback = "null", .max = INFINITY, .runtime = true,
	 .help = "added to the root; backend's epsilon unless given"},
	RATE("decay", "0", "learning rate is lr / (1 + decay * updates)"),
	{.name = "amsgrad", .kind = KIND_BOOL, .fallback = "false", .help = "divides by the largest square's mean so far"},
	UNSUPPORTED("clipnorm"), UNSUPPORTED("clipvalue"),
	{0},
};

static const char *const *adam_states(const struct call *c)
{
	static const char *const plain[] = {"mean", "square", NULL}, *const amsgrad[] = {"mean", "square", "largest", NULL};
	return call_value(c, "amsgrad")->number ? amsgrad : plain;
}

static const char *adam_prepare(const struct call *c)
{
	(void)c;
	return "const real rate = (real)(lr * sqrt(1 - pow(beta_2, t + 1)) / (1 - pow(beta_1, t + 1)));\n"
		"\tconst real b1 = (real)beta_1, b2 = (real)beta_2, fuzz = (real)epsilon;";
}

static const char *adam_update(const struct call *c)
{
	if (call_value(c, "amsgrad")->number)
		return "mean = b1 * mean + (1 - b1) * g;\n\t\t\tsquare = b2 * square + (1 - b2) * g * g;\n"
			"\t\t\tlargest = square > largest ? square : largest;\n\t\t\tweight -= rate * mean / (real_sqrt(largest) + fuzz);";
	return "mean = b1 * mean + (1 - b1) * g;\n\t\t\tsquare = b2 * square + (1 - b2) * g * g;\n"
		"\t\t\tweight -= rate * mean / (real_sqrt(square) + fuzz);";
}

static const struct optimizer_type adam = {
	.row = {.name = "adam", .summary = "adaptive moments; amsgrad as an option", .keys = adam_keys, .keras = "Adam"},
	.states = adam_states, .saved_states = 3, .prepare = adam_prepare, .update = adam_update,
};

const struct row *const optimizers[] = {&sgd.row, &adam.row, NULL};
