/* concatenate: its inputs side by side along one axis. */
#include "../layer.h"

static const struct key keys[] = {
	{.name = "axis", .kind = KIND_INT, .fallback = "-1", .help = "axis to join along, the batch counting as 0"},
	{0},
};

static bool fits(const struct layer *l, int input, int axis)
{
	struct shape first = l->inputs[0]->shape, s = l->inputs[input]->shape;
	bool fit = s.rank == first.rank;
	for (int i = 0; i < s.rank && fit; i++)
		fit = i == axis || s.size[i] == first.size[i];
	return fit;
}

static bool infer(struct layer *l, struct diag *d)
{
	int axis = layer_axis(l, d, l->inputs[0]->shape);
	long length = 0;
	if (axis < 0)
		return false;
	for (int i = 0; i < l->n_inputs; i++) {
		if (!fits(l, i, axis)) {
			diag_error(d, l->at, "concatenate '%s' needs inputs that differ in the joined axis only, got %s from '%s' and %s from '%s'",
				l->name, shape_words(l->arena, l->inputs[0]->shape), l->inputs[0]->name,
				shape_words(l->arena, l->inputs[i]->shape), l->inputs[i]->name);
			return false;
		}
		length += l->inputs[i]->shape.size[axis];
	}
	if (length > INT_MAX) {
		diag_error(d, l->at, "concatenate '%s' makes an axis of %ld; at most 2147483647 are possible", l->name, length);
		return false;
	}
	l->shape = l->inputs[0]->shape;
	l->shape.size[axis] = (int)length;
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	struct op *op = lower_op_n(out, &op_concatenate, l, out->in, l->n_inputs, l->shape, "");
	lower_slices(op, l->shape, shape_axis(l->shape, layer_value(l, "axis")->integers[0], l->channels_first));
	return op->out;
}

const struct layer_type layer_concatenate = {
	.row = {.name = "concatenate", .summary = "inputs side by side along an axis", .keys = keys, .keras = "Concatenate"},
	.example = "- activation: {activation: tanh, name: a}\n- concatenate: {inputs: [a, input]}\n- flatten\n",
	.min_inputs = 2, .max_inputs = INT_MAX, .infer = infer, .lower = lower,
};
