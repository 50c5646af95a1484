/* depthwise_conv2d: each channel convolved by kernels of its own, bias and activation. */
#include "../layer.h"

static const struct key keys[] = {
	KEY_PAIR("kernel_size", NULL, "height and width of the window"),
	KEY_PAIR("strides", "1", "step of the window, the same for height and width"),
	KEY_WINDOW_PADDING,
	{.name = "depth_multiplier", .kind = KIND_INT, .fallback = "1", .min = 1, .max = INT_MAX,
	 .help = "output channels of each input channel"},
	KEY_UNSUPPORTED("data_format"),
	KEY_ACTIVATION,
	{.name = "use_bias", .kind = KIND_BOOL, .fallback = "true", .help = "adds a bias an output channel"},
	KEY_INITIALIZER("depthwise_initializer", "glorot_uniform"),
	KEY_INITIALIZER("bias_initializer", "zeros"),
	KEY_UNSUPPORTED("depthwise_regularizer"), KEY_UNSUPPORTED("bias_regularizer"), KEY_UNSUPPORTED("activity_regularizer"),
	KEY_UNSUPPORTED("depthwise_constraint"), KEY_UNSUPPORTED("bias_constraint"),
	{0},
};

static bool strides_differ(const struct layer *l, struct diag *d)
{
	const struct value *strides = layer_value(l, "strides");
	if (strides->integers[0] == strides->integers[1])
		return false;
	diag_error(d, strides->at, "depthwise_conv2d '%s' has strides %ld and %ld", l->name, strides->integers[0],
		strides->integers[1]);
	diag_hint(d, "Keras's backend has one for height and width");
	return true;
}

static bool infer(struct layer *l, struct diag *d)
{
	const struct value *size = layer_value(l, "kernel_size"), *multiplier = layer_value(l, "depth_multiplier");
	if (!layer_needs_image(l, d) || strides_differ(l, d))
		return false;
	long in = l->inputs[0]->shape.size[2], channels = in * (long)multiplier->number;
	if (channels > INT_MAX) {
		diag_error(d, multiplier->at, "depthwise_conv2d '%s' would have %ld output channels, %d at most", l->name, channels,
			INT_MAX);
		return false;
	}
	if (!layer_window(l, d, "kernel_size", false, (int)channels))
		return false;
	layer_parameter(l, "depthwise_kernel", 4,
		(long[]){size->integers[0], size->integers[1], in, (long)multiplier->number},
		layer_value(l, "depthwise_initializer")->call, true);
	if (layer_value(l, "use_bias")->number)
		layer_parameter(l, "bias", 1, (long[]){channels}, layer_value(l, "bias_initializer")->call, true);
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	const struct value *activation = layer_value(l, "activation");
	struct op *op = lower_op(out, &op_depthwise, l, out->in[0], l->shape, lower_linear_suffix(activation));
	lower_window(op, l, "kernel_size", false);
	op->attributes[DEPTHWISE_BIAS] = l->n_parameters > 1;
	lower_parameters(op, l);
	return lower_activation(out, l, op->out, activation);
}

const struct layer_type layer_depthwise_conv2d = {
	.row = {.name = "depthwise_conv2d", .summary = "convolution of each channel by itself", .keys = keys,
		.keras = "DepthwiseConv2D"},
	.example = "- depthwise_conv2d: {kernel_size: 3, depth_multiplier: 2}\n- flatten\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
