/* activation: an elementwise function, or softmax. */
#include "../layer.h"

static const struct key keys[] = {
	{.name = "activation", .kind = KIND_ROW, .rows = activations, .help = "the function"},
	{0},
};

static bool infer(struct layer *l, struct diag *d)
{
	(void)d;
	l->shape = l->inputs[0]->shape;
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	return lower_activation(out, l, out->in[0], layer_value(l, "activation"));
}

const struct layer_type layer_activation = {
	.row = {.name = "activation", .summary = "an activation by name", .keys = keys, .keras = "Activation"},
	.example = "- activation: {activation: tanh}\n- flatten\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
