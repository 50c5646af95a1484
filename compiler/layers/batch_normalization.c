/* batch_normalization: the batch's mean and variance taken out; moving averages take their place in evaluation. */
#include <math.h>
#include "../layer.h"

static const struct key keys[] = {
	{.name = "axis", .kind = KIND_INT, .fallback = "-1", .help = "axis of the channels, the batch counting as 0"},
	{.name = "momentum", .kind = KIND_FLOAT, .fallback = "0.99", .max = 1, .runtime = true,
	 .help = "of the moving averages"},
	{.name = "epsilon", .kind = KIND_FLOAT, .fallback = "0.001", .max = INFINITY, .help = "added to the variance"},
	{.name = "center", .kind = KIND_BOOL, .fallback = "true", .help = "adds beta"},
	{.name = "scale", .kind = KIND_BOOL, .fallback = "true", .help = "multiplies by gamma"},
	KEY_INITIALIZER("beta_initializer", "zeros"),
	KEY_INITIALIZER("gamma_initializer", "ones"),
	KEY_INITIALIZER("moving_mean_initializer", "zeros"),
	KEY_INITIALIZER("moving_variance_initializer", "ones"),
	KEY_UNSUPPORTED("beta_regularizer"), KEY_UNSUPPORTED("gamma_regularizer"), KEY_UNSUPPORTED("beta_constraint"),
	KEY_UNSUPPORTED("gamma_constraint"),
	{0},
};

static bool infer(struct layer *l, struct diag *d)
{
	int axis = layer_axis(l, d, l->inputs[0]->shape);
	if (axis < 0)
		return false;
	l->shape = l->inputs[0]->shape;
	const long dims[] = {l->shape.size[axis]};
	if (layer_value(l, "scale")->number)
		layer_parameter(l, "gamma", 1, dims, layer_value(l, "gamma_initializer")->call, true);
	if (layer_value(l, "center")->number)
		layer_parameter(l, "beta", 1, dims, layer_value(l, "beta_initializer")->call, true);
	layer_parameter(l, "moving_mean", 1, dims, layer_value(l, "moving_mean_initializer")->call, false);
	layer_parameter(l, "moving_variance", 1, dims, layer_value(l, "moving_variance_initializer")->call, false);
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	bool scale = layer_value(l, "scale")->number != 0, center = layer_value(l, "center")->number != 0;
	const struct parameter *p = l->parameters;
	struct op *op = lower_op(out, &op_normalise, l, out->in[0], l->shape, "");
	lower_slices(op, l->shape, shape_axis(l->shape, layer_value(l, "axis")->integers[0], l->channels_first));
	op->attributes[NORMALISE_SCALE] = scale;
	op->attributes[NORMALISE_CENTER] = center;
	op->scalars[0] = layer_value(l, "epsilon");
	op->scalars[1] = layer_value(l, "momentum");
	op->parameters[0] = scale ? p++ : NULL;
	op->parameters[1] = center ? p++ : NULL;
	op->parameters[2] = p++;
	op->parameters[3] = p;
	op->n_parameters = 4;
	return op->out;
}

const struct layer_type layer_batch_normalization = {
	.row = {.name = "batch_normalization", .summary = "batch normalization; statistics move as in Keras 3", .keys = keys,
		.keras = "BatchNormalization"},
	.example = "- batch_normalization\n- flatten\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
