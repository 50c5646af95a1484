/* conv2d: convolution, bias and activation. */
#include "../layer.h"

static const struct key keys[] = {
	{.name = "filters", .kind = KIND_INT, .min = 1, .max = INT_MAX, .help = "output channels"},
	KEY_PAIR("kernel_size", NULL, "height and width of the window"),
	KEY_PAIR("strides", "1", "step of the window"),
	KEY_WINDOW_PADDING,
	KEY_UNSUPPORTED("data_format"),
	KEY_PAIR("dilation_rate", "1", "step between the window's points; strides must be 1 then"),
	KEY_ACTIVATION,
	{.name = "use_bias", .kind = KIND_BOOL, .fallback = "true", .help = "adds a bias a filter"},
	KEY_INITIALIZER("kernel_initializer", "glorot_uniform"),
	KEY_INITIALIZER("bias_initializer", "zeros"),
	KEY_UNSUPPORTED("kernel_regularizer"), KEY_UNSUPPORTED("bias_regularizer"), KEY_UNSUPPORTED("activity_regularizer"),
	KEY_UNSUPPORTED("kernel_constraint"), KEY_UNSUPPORTED("bias_constraint"),
	{0},
};

static bool dilated_and_strided(const struct layer *l)
{
	const struct value *strides = layer_value(l, "strides"), *dilation = layer_value(l, "dilation_rate");
	return (strides->integers[0] > 1 || strides->integers[1] > 1) && (dilation->integers[0] > 1 || dilation->integers[1] > 1);
}

static bool infer(struct layer *l, struct diag *d)
{
	const struct value *size = layer_value(l, "kernel_size");
	int filters = (int)layer_value(l, "filters")->number;
	if (!layer_needs_image(l, d))
		return false;
	if (dilated_and_strided(l)) {
		diag_error(d, layer_value(l, "dilation_rate")->at, "conv2d '%s' has both strides and dilation_rate above 1", l->name);
		diag_hint(d, "Keras allows one of them only");
		return false;
	}
	if (!layer_window(l, d, "kernel_size", true, filters))
		return false;
	layer_parameter(l, "kernel", 4, (long[]){size->integers[0], size->integers[1], l->inputs[0]->shape.size[2], filters},
		layer_value(l, "kernel_initializer")->call, true);
	if (layer_value(l, "use_bias")->number)
		layer_parameter(l, "bias", 1, (long[]){filters}, layer_value(l, "bias_initializer")->call, true);
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	const struct value *activation = layer_value(l, "activation");
	struct op *op = lower_op(out, &op_convolution, l, out->in[0], l->shape, lower_linear_suffix(activation));
	lower_window(op, l, "kernel_size", true);
	op->attributes[WINDOW_BIAS] = l->n_parameters > 1;
	lower_parameters(op, l);
	return lower_activation(out, l, op->out, activation);
}

const struct layer_type layer_conv2d = {
	.row = {.name = "conv2d", .summary = "two-dimensional convolution", .keys = keys, .keras = "Conv2D"},
	.example = "- conv2d: {filters: 3, kernel_size: 3}\n- flatten\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
