/* flatten: the same numbers as one row, in height-width-channel order whatever the data format. */
#include "../layer.h"

static const struct key keys[] = {KEY_UNSUPPORTED("data_format"), {0}};

static bool infer(struct layer *l, struct diag *d)
{
	long count = shape_count(l->inputs[0]->shape);
	if (count > INT_MAX) {
		diag_error(d, l->at, "flatten '%s' makes %ld numbers; at most 2147483647 are possible", l->name, count);
		return false;
	}
	l->shape = (struct shape){1, {(int)count}};
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	return lower_op(out, &op_view, l, out->in[0], l->shape, "")->out;
}

const struct layer_type layer_flatten = {
	.row = {.name = "flatten", .summary = "rank 1, in height-width-channel order", .keys = keys, .keras = "Flatten"},
	.example = "- flatten\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
