/* dropout: zeroes a share of its input while training, scales the rest up. */
#include "../layer.h"

static const struct key keys[] = {
	{.name = "rate", .kind = KIND_FLOAT, .max = 1, .below_max = true, .runtime = true, .help = "share that is dropped"},
	KEY_UNSUPPORTED("noise_shape"), KEY_UNSUPPORTED("seed"),
	{0},
};

static bool infer(struct layer *l, struct diag *d)
{
	(void)d;
	l->shape = l->inputs[0]->shape;
	return true;
}

static struct tensor *lower(const struct layer *l, struct lowering *out)
{
	struct op *op = lower_op(out, &op_mask, l, out->in[0], l->shape, "");
	op->scalars[0] = layer_value(l, "rate");
	return op->out;
}

const struct layer_type layer_dropout = {
	.row = {.name = "dropout", .summary = "zeroes a share of its input while training", .keys = keys, .keras = "Dropout"},
	.example = "- dropout: {rate: 0.5}\n- flatten\n",
	.min_inputs = 1, .max_inputs = 1, .infer = infer, .lower = lower,
};
