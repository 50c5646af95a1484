/* global_average_pooling2d: the mean of each channel. */
#include "../layer.h"

static const struct key keys[] = {KEY_UNSUPPORTED("data_format"), {0}};

static bool infer(struct layer *l, struct diag *d)
{
	if (!layer_needs_image(l, d))
		return false;
	l->shape = (struct shape){1, {l->inputs[0]->shape.size[2]}};
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	struct shape in = l->inputs[0]->shape;
	struct op *op = lower_op(out, &op_average_pool, l, out->in[0], (struct shape){3, {1, 1, in.size[2]}}, "_mean");
	op->attributes[WINDOW_KERNEL_H] = in.size[0];
	op->attributes[WINDOW_KERNEL_W] = in.size[1];
	op->attributes[WINDOW_STRIDE_H] = op->attributes[WINDOW_STRIDE_W] = 1;
	return lower_op(out, &op_view, l, op->out, l->shape, "")->out;
}

const struct layer_type layer_global_average_pooling2d = {
	.row = {.name = "global_average_pooling2d", .summary = "mean of each channel", .keys = keys,
		.keras = "GlobalAveragePooling2D"},
	.example = "- global_average_pooling2d\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
