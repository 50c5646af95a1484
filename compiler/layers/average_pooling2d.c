/* average_pooling2d: mean of each window. */
#include "../layer.h"

static const struct key keys[] = {
	KEY_PAIR("pool_size", "2", "height and width of the window"),
	KEY_PAIR("strides", "null", "step of the window; pool_size unless given"),
	KEY_WINDOW_PADDING,
	KEY_UNSUPPORTED("data_format"),
	{0},
};

static bool infer(struct layer *l, struct diag *d)
{
	return layer_needs_image(l, d) && layer_window(l, d, "pool_size", false, l->inputs[0]->shape.size[2]);
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	struct op *op = lower_op(out, &op_average_pool, l, out->in[0], l->shape, "");
	lower_window(op, l, "pool_size", false);
	return op->out;
}

const struct layer_type layer_average_pooling2d = {
	.row = {.name = "average_pooling2d", .summary = "mean of each window; padding is left out of it", .keys = keys,
		.keras = "AveragePooling2D"},
	.example = "- average_pooling2d: {pool_size: 2}\n- flatten\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
