/* add: the elementwise sum of its inputs. */
#include "../layer.h"

static bool infer(struct layer *l, struct diag *d)
{
	for (int i = 1; i < l->n_inputs; i++) {
		if (shape_equal(l->inputs[i]->shape, l->inputs[0]->shape))
			continue;
		diag_error(d, l->at, "add '%s' needs inputs of one shape, got %s from '%s' and %s from '%s'", l->name,
			shape_words(l->arena, l->inputs[0]->shape), l->inputs[0]->name, shape_words(l->arena, l->inputs[i]->shape),
			l->inputs[i]->name);
		return false;
	}
	l->shape = l->inputs[0]->shape;
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	return lower_op_n(out, &op_add, l, out->in, l->n_inputs, l->shape, "")->out;
}

const struct layer_type layer_add = {
	.row = {.name = "add", .summary = "elementwise sum of two or more inputs", .keras = "Add"},
	.example = "- activation: {activation: tanh, name: a}\n- add: {inputs: [a, input]}\n- flatten\n",
	.min_inputs = 2, .max_inputs = INT_MAX, .infer = infer, .lower = lower,
};
