/* The types of operation, and what layers' lower functions build them with. */
#include <string.h>
#include "layer.h"

#define WINDOW "kernel_h", "kernel_w", "stride_h", "stride_w", "pad_top", "pad_left", "pad_bottom", "pad_right"
#define SLICES "outer", "length", "inner"

const struct op_type op_input = {.name = "input", .summary = "the sample, scaled"};
const struct op_type op_convolution = {.name = "convolution", .summary = "two-dimensional convolution",
	.attributes = {WINDOW, "dilation_h", "dilation_w", "bias"}, .narrow = true, .linear = true};
const struct op_type op_depthwise = {.name = "depthwise", .summary = "two-dimensional convolution of each channel by itself",
	.attributes = {WINDOW, "bias"}, .linear = true};
const struct op_type op_dense = {.name = "dense", .summary = "matrix product",
	.attributes = {"bias"}, .narrow = true, .linear = true};
const struct op_type op_max_pool = {.name = "max_pool", .summary = "largest of each window", .attributes = {WINDOW}};
const struct op_type op_average_pool = {.name = "average_pool", .summary = "mean of each window", .attributes = {WINDOW}};
const struct op_type op_map = {.name = "map", .summary = "elementwise function"};
const struct op_type op_softmax = {.name = "softmax", .summary = "softmax over one axis", .attributes = {SLICES}};
const struct op_type op_mask = {.name = "mask", .summary = "dropout"};
const struct op_type op_normalise = {.name = "normalise", .summary = "batch normalization",
	.attributes = {SLICES, "scale_flag", "center_flag"}};
const struct op_type op_add = {.name = "add", .summary = "elementwise sum"};
const struct op_type op_concatenate = {.name = "concatenate", .summary = "side by side along one axis",
	.attributes = {SLICES}};
const struct op_type op_pad = {.name = "pad", .summary = "zeros around",
	.attributes = {"pad_top", "pad_left", "pad_bottom", "pad_right"}};
const struct op_type op_view = {.name = "view", .summary = "the same numbers in another shape"};
const struct op_type op_loss = {.name = "loss", .summary = "loss a sample"};

static struct tensor *new_tensor(struct lowering *out, const struct op *op, struct shape shape, const char *suffix)
{
	struct tensor *t = ARENA_NEW(out->arena, struct tensor);
	t->name = arena_format(out->arena, "%s%s", op->layer->name, suffix);
	t->shape = shape;
	t->producer = op;
	t->view = op->type == &op_view;
	return t;
}

/* The list grows by doubling: a power of two is a full one. */
static void append(struct lowering *out, struct op *op)
{
	if ((out->n_ops & (out->n_ops - 1)) == 0) {
		struct op **more = ARENA_ARRAY(out->arena, struct op *, 2 * out->n_ops + 1);
		if (out->n_ops)
			memcpy(more, out->ops, sizeof *more * (size_t)out->n_ops);
		out->ops = more;
	}
	op->index = out->n_ops;
	out->ops[out->n_ops++] = op;
}

struct op *lower_op_n(struct lowering *out, const struct op_type *type, const struct layer *l, struct tensor **in, int n,
	struct shape shape, const char *suffix)
{
	struct op *op = ARENA_NEW(out->arena, struct op);
	op->type = type;
	op->layer = l;
	op->in = ARENA_ARRAY(out->arena, struct tensor *, n + 1);
	op->n_in = n;
	if (n)
		memcpy(op->in, in, sizeof *in * (size_t)n);
	op->out = shape.rank ? new_tensor(out, op, shape, suffix) : NULL;
	append(out, op);
	return op;
}

struct op *lower_op(struct lowering *out, const struct op_type *type, const struct layer *l, struct tensor *in,
	struct shape shape, const char *suffix)
{
	return lower_op_n(out, type, l, &in, 1, shape, suffix);
}

void lower_slices(struct op *op, struct shape shape, int axis)
{
	op->attributes[SLICE_OUTER] = op->attributes[SLICE_INNER] = 1;
	for (int i = 0; i < shape.rank; i++) {
		int *to = &op->attributes[i < axis ? SLICE_OUTER : i == axis ? SLICE_LENGTH : SLICE_INNER];
		*to = i == axis ? shape.size[i] : *to * shape.size[i];
	}
}

void lower_parameters(struct op *op, const struct layer *l)
{
	op->n_parameters = l->n_parameters;
	for (int i = 0; i < l->n_parameters; i++)
		op->parameters[i] = &l->parameters[i];
}

static bool is_named(const struct value *activation, const char *name)
{
	return !strcmp(activation->call->row->name, name);
}

const char *lower_linear_suffix(const struct value *activation)
{
	return is_named(activation, "linear") ? "" : "_linear";
}

struct tensor *lower_activation(struct lowering *out, const struct layer *l, struct tensor *x, const struct value *activation)
{
	const struct activation_type *type = (const struct activation_type *)activation->call->row;
	if (type->forward) {
		struct op *op = lower_op(out, &op_map, l, x, x->shape, "");
		op->function = &type->row;
		return op->out;
	}
	if (is_named(activation, "linear"))
		return l->type->row.keys[0].kind == KIND_ROW ? lower_op(out, &op_view, l, x, x->shape, "")->out : x;
	/* softmax over Keras's last axis, which channels_first makes the width */
	struct op *op = lower_op(out, &op_softmax, l, x, x->shape, "");
	lower_slices(op, x->shape, shape_axis(x->shape, -1, l->channels_first));
	return op->out;
}
