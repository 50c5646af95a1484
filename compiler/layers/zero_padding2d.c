/* zero_padding2d: zeros around height and width. */
#include "../layer.h"

static const struct key keys[] = {
	{.name = "padding", .kind = KIND_PADDING, .fallback = "1", .max = INT_MAX,
	 .help = "n, [height, width] or [[top, bottom], [left, right]]"},
	KEY_UNSUPPORTED("data_format"),
	{0},
};

static bool infer(struct layer *l, struct diag *d)
{
	const long *pad = layer_value(l, "padding")->integers;
	if (!layer_needs_image(l, d))
		return false;
	struct shape in = l->inputs[0]->shape;
	for (int i = 0; i < 2; i++) {
		if (in.size[i] + pad[2 * i] + pad[2 * i + 1] <= INT_MAX)
			continue;
		diag_error(d, layer_value(l, "padding")->at, "zero_padding2d '%s' makes an image larger than 2147483647", l->name);
		return false;
	}
	l->shape = (struct shape){3, {(int)(in.size[0] + pad[0] + pad[1]), (int)(in.size[1] + pad[2] + pad[3]), in.size[2]}};
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	const long *pad = layer_value(l, "padding")->integers;
	struct op *op = lower_op(out, &op_pad, l, out->in[0], l->shape, "");
	op->attributes[PAD_TOP] = (int)pad[0];
	op->attributes[PAD_BOTTOM] = (int)pad[1];
	op->attributes[PAD_LEFT] = (int)pad[2];
	op->attributes[PAD_RIGHT] = (int)pad[3];
	return op->out;
}

const struct layer_type layer_zero_padding2d = {
	.row = {.name = "zero_padding2d", .summary = "zeros around height and width", .keys = keys, .keras = "ZeroPadding2D"},
	.example = "- zero_padding2d: {padding: [[1, 0], [2, 1]]}\n- flatten\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
