/* dense: matrix product, bias and activation. */
#include "../layer.h"

static const struct key keys[] = {
	{.name = "units", .kind = KIND_INT, .min = 1, .max = INT_MAX, .help = "outputs"},
	KEY_ACTIVATION,
	{.name = "use_bias", .kind = KIND_BOOL, .fallback = "true", .help = "adds a bias an output"},
	KEY_INITIALIZER("kernel_initializer", "glorot_uniform"),
	KEY_INITIALIZER("bias_initializer", "zeros"),
	KEY_UNSUPPORTED("kernel_regularizer"), KEY_UNSUPPORTED("bias_regularizer"), KEY_UNSUPPORTED("activity_regularizer"),
	KEY_UNSUPPORTED("kernel_constraint"), KEY_UNSUPPORTED("bias_constraint"),
	{0},
};

static bool infer(struct layer *l, struct diag *d)
{
	struct shape in = l->inputs[0]->shape;
	int units = (int)layer_value(l, "units")->number;
	if (in.rank != 1) {
		diag_error(d, l->at, "dense '%s' needs a rank-1 input, got rank %d %s", l->name, in.rank, shape_words(l->arena, in));
		diag_hint(d, "put a flatten layer before it");
		return false;
	}
	l->shape = (struct shape){1, {units}};
	layer_parameter(l, "kernel", 2, (long[]){in.size[0], units}, layer_value(l, "kernel_initializer")->call, true);
	if (layer_value(l, "use_bias")->number)
		layer_parameter(l, "bias", 1, (long[]){units}, layer_value(l, "bias_initializer")->call, true);
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	const struct value *activation = layer_value(l, "activation");
	struct op *op = lower_op(out, &op_dense, l, out->in[0], l->shape, lower_linear_suffix(activation));
	op->attributes[DENSE_BIAS] = l->n_parameters > 1;
	lower_parameters(op, l);
	return lower_activation(out, l, op->out, activation);
}

const struct layer_type layer_dense = {
	.row = {.name = "dense", .summary = "every output from every input", .keys = keys, .keras = "Dense"},
	.example = "- flatten\n- dense: {units: 5}\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
