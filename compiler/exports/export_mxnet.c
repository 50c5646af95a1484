/* MXNet's symbol, one row for each type of operation. Images are NCHW inside, whatever the input's format; a weight stays
 * in Keras's order where MXNet has no other. Arrays are named as keras-mxnet named them: conv2d_1/kernel1. */
#include "export_mxnet.h"
#include "../ctext.h"
#include <string.h>

enum { INPUTS_MOST = 5 };

struct symbol {
	struct arena *arena;
	const struct graph *graph;
	struct text nodes, variables, row_pointers;
	int n_nodes, n_variables, n_outputs;
	int *values;                        /* node of a tensor, by its index */
	struct export_array *arrays; int n_arrays;
};

/* ---- nodes ---- */

/* Adds a node; attributes is JSON without the braces. outputs counts also those that nobody takes. */
static int add_node(struct symbol *s, const char *op, const char *name, const char *attributes, const int *inputs,
	int n_inputs, int outputs)
{
	struct text *t = &s->nodes;

	text_format(t, "%s    {\n      \"op\": \"%s\", \n      \"name\": \"%s\", \n", s->n_nodes ? ", \n" : "", op, name);
	if (*attributes)
		text_format(t, "      \"attrs\": {%s}, \n", attributes);
	text_add(t, "      \"inputs\": [");
	for (int i = 0; i < n_inputs; i++)
		text_format(t, "%s[%d, 0, 0]", i ? ", " : "", inputs[i]);
	text_add(t, "]\n    }");
	s->n_outputs += outputs;
	text_format(&s->row_pointers, ", %d", s->n_outputs);
	return s->n_nodes++;
}

static int add_variable(struct symbol *s, const char *name, const char *shape)
{
	const char *attributes = arena_format(s->arena,
		"\"__dtype__\": \"0\", \"__shape__\": \"%s\", \"__storage_type__\": \"0\"", shape);

	text_format(&s->variables, "%s%d", s->n_variables++ ? ", " : "", s->n_nodes);
	return add_node(s, "null", name, attributes, NULL, 0, 1);
}

static const char *node_name(struct symbol *s, const struct op *op, const char *what)
{
	return arena_format(s->arena, "%s/%s", op->layer->name, what);
}

/* A node of one input and one output. */
static int add_step(struct symbol *s, const struct op *op, const char *mxnet, const char *what, const char *attributes,
	int input)
{
	return add_node(s, mxnet, node_name(s, op, what), attributes, &input, 1, 1);
}

static int value_of(const struct symbol *s, const struct op *op, int input)
{
	return s->values[op->in[input]->index];
}

/* ---- arrays ---- */

static const char *shape_tuple(struct symbol *s, const long *dims, int rank)
{
	struct text t = {.arena = s->arena};

	text_add(&t, "(");
	for (int i = 0; i < rank; i++)
		text_format(&t, "%s%ld", i ? ", " : "", dims[i]);
	text_add(&t, rank == 1 ? ",)" : ")");
	return t.text;
}

/* Variable and array of a parameter, its axes in the order given; kind is arg or aux. */
static int add_parameter(struct symbol *s, const struct parameter *p, const char *kind, const int *axes)
{
	struct export_array *x = &s->arrays[s->n_arrays++];
	const char *name = arena_format(s->arena, "%s/%s1", p->layer->name, p->name);

	*x = (struct export_array){.name = arena_format(s->arena, "%s:%s", kind, name), .parameter = p->index, .rank = p->rank};
	for (int i = 0; i < p->rank; i++) {
		x->axes[i] = axes[i];
		x->dims[i] = p->dims[axes[i]];
	}
	return add_variable(s, name, shape_tuple(s, x->dims, x->rank));
}

static const int as_is[] = {0, 1, 2, 3}, hwio_as_oihw[] = {3, 2, 0, 1}, hwim_as_imhw[] = {2, 3, 0, 1};

/* An array of one number, where MXNet wants one and the layer has none. */
static int add_constant(struct symbol *s, const struct op *op, const char *what, long size, double fill)
{
	struct export_array *x = &s->arrays[s->n_arrays++];
	const char *name = arena_format(s->arena, "%s/%s1", op->layer->name, what);

	*x = (struct export_array){.name = arena_format(s->arena, "arg:%s", name), .parameter = -1, .rank = 1, .dims = {size},
		.fill = fill};
	return add_variable(s, name, shape_tuple(s, x->dims, 1));
}

/* ---- layouts ---- */

static int add_transpose(struct symbol *s, const struct op *op, const char *what, const char *axes, int input)
{
	return add_step(s, op, "transpose", what, arena_format(s->arena, "\"axes\": \"%s\"", axes), input);
}

static int to_channels_last(struct symbol *s, const struct op *op, int rank, int input)
{
	return rank == 3 ? add_transpose(s, op, "channels_last", "(0, 2, 3, 1)", input) : input;
}

static int to_channels_first(struct symbol *s, const struct op *op, int rank, int input)
{
	return rank == 3 ? add_transpose(s, op, "channels_first", "(0, 3, 1, 2)", input) : input;
}

/* MXNet's axis of an operation along the middle of outer x length x inner. */
static int slice_axis(const struct op *op)
{
	static const int of_image[] = {2, 3, 1};
	struct shape shape = op->out->shape;
	int axis = 0, outer = 1;

	while (axis < shape.rank - 1 &&
	       (outer != op->attributes[SLICE_OUTER] || shape.size[axis] != op->attributes[SLICE_LENGTH]))
		outer *= shape.size[axis++];
	return shape.rank == 3 ? of_image[axis] : axis + 1;
}

/* ---- operations: each adds its nodes and returns the one that holds its result ---- */

static int add_input(struct symbol *s, const struct op *op)
{
	bool first = op->layer->channels_first;
	struct shape shape = shape_in_format(op->out->shape, first);
	struct text t = {.arena = s->arena};
	int node;

	text_add(&t, "(0");
	for (int i = 0; i < shape.rank; i++)
		text_format(&t, ", %d", shape.size[i]);
	text_add(&t, ")");
	node = add_variable(s, export_mxnet_input(s->arena, s->graph), t.text);
	return first ? node : to_channels_first(s, op, shape.rank, node);
}

static int add_pad(struct symbol *s, const struct op *op, const char *what, const int pads[4], const char *fill, int input)
{
	const char *attributes = arena_format(s->arena, "\"constant_value\": \"%s\", \"mode\": \"constant\", "
		"\"pad_width\": \"(0, 0, 0, 0, %d, %d, %d, %d)\"", fill, pads[PAD_TOP], pads[PAD_BOTTOM], pads[PAD_LEFT],
		pads[PAD_RIGHT]);

	return add_step(s, op, "Pad", what, attributes, input);
}

/* The window's padding as op_pad has it. */
static bool window_pads(const struct op *op, int pads[4])
{
	pads[PAD_TOP] = op->attributes[WINDOW_PAD_TOP];
	pads[PAD_LEFT] = op->attributes[WINDOW_PAD_LEFT];
	pads[PAD_BOTTOM] = op->attributes[WINDOW_PAD_BOTTOM];
	pads[PAD_RIGHT] = op->attributes[WINDOW_PAD_RIGHT];
	return pads[PAD_TOP] || pads[PAD_LEFT] || pads[PAD_BOTTOM] || pads[PAD_RIGHT];
}

/* op's input with its window's padding around: MXNet's own pads both sides alike. */
static int padded_input(struct symbol *s, const struct op *op, const char *fill)
{
	int pads[4];

	return window_pads(op, pads) ? add_pad(s, op, "pad", pads, fill, value_of(s, op, 0)) : value_of(s, op, 0);
}

static int add_bias(struct symbol *s, const struct op *op, int node)
{
	int inputs[] = {node, add_step(s, op, "Reshape", "reshape", arena_format(s->arena, "\"shape\": \"(1, %d, 1, 1)\"",
		op->out->shape.size[2]), add_parameter(s, op->parameters[1], "arg", as_is))};

	return add_node(s, "broadcast_add", node_name(s, op, "add"), "", inputs, 2, 1);
}

static int add_convolution(struct symbol *s, const struct op *op)
{
	const int *a = op->attributes;
	const struct parameter *kernel = op->parameters[0];
	const char *attributes = arena_format(s->arena, "\"dilate\": \"(%d, %d)\", \"kernel\": \"(%d, %d)\", \"no_bias\": \"True\", "
		"\"num_filter\": \"%ld\", \"pad\": \"(0, 0)\", \"stride\": \"(%d, %d)\"", a[WINDOW_DILATION_H], a[WINDOW_DILATION_W],
		a[WINDOW_KERNEL_H], a[WINDOW_KERNEL_W], kernel->dims[3], a[WINDOW_STRIDE_H], a[WINDOW_STRIDE_W]);
	int inputs[] = {padded_input(s, op, "0.0"), add_parameter(s, kernel, "arg", hwio_as_oihw)};
	int node = add_node(s, "Convolution", node_name(s, op, "conv2d"), attributes, inputs, 2, 1);

	return a[WINDOW_BIAS] ? add_bias(s, op, node) : node;
}

/* MXNet wants the kernels of one channel after those of another, as they lie already, but in one axis. */
static int add_depthwise(struct symbol *s, const struct op *op)
{
	const int *a = op->attributes;
	const struct parameter *kernel = op->parameters[0];
	const char *attributes = arena_format(s->arena, "\"kernel\": \"(%d, %d)\", \"no_bias\": \"True\", \"num_filter\": \"%d\", "
		"\"num_group\": \"%ld\", \"pad\": \"(0, 0)\", \"stride\": \"(%d, %d)\"", a[WINDOW_KERNEL_H], a[WINDOW_KERNEL_W],
		op->out->shape.size[2], kernel->dims[2], a[WINDOW_STRIDE_H], a[WINDOW_STRIDE_W]);
	int inputs[] = {padded_input(s, op, "0.0"), add_parameter(s, kernel, "arg", hwim_as_imhw)};

	if (kernel->dims[3] > 1)
		inputs[1] = add_step(s, op, "Reshape", "one_axis", arena_format(s->arena, "\"shape\": \"(%d, 1, %d, %d)\"",
			op->out->shape.size[2], a[WINDOW_KERNEL_H], a[WINDOW_KERNEL_W]), inputs[1]);
	int node = add_node(s, "Convolution", node_name(s, op, "depthwise"), attributes, inputs, 2, 1);
	return a[DEPTHWISE_BIAS] ? add_bias(s, op, node) : node;
}

static int add_dense(struct symbol *s, const struct op *op)
{
	int inputs[] = {value_of(s, op, 0), add_parameter(s, op->parameters[0], "arg", as_is)};
	int node = add_node(s, "dot", node_name(s, op, "dot"), "", inputs, 2, 1);

	if (!op->attributes[DENSE_BIAS])
		return node;
	inputs[0] = node;
	inputs[1] = add_parameter(s, op->parameters[1], "arg", as_is);
	return add_node(s, "broadcast_add", node_name(s, op, "add"), "", inputs, 2, 1);
}

static int add_pooling(struct symbol *s, const struct op *op, const char *what, const char *type, int input)
{
	const int *a = op->attributes;

	return add_step(s, op, "Pooling", what, arena_format(s->arena, "\"kernel\": \"(%d, %d)\", \"pad\": \"(0, 0)\", "
		"\"pool_type\": \"%s\", \"pooling_convention\": \"valid\", \"stride\": \"(%d, %d)\"", a[WINDOW_KERNEL_H],
		a[WINDOW_KERNEL_W], type, a[WINDOW_STRIDE_H], a[WINDOW_STRIDE_W]), input);
}

static int add_max_pool(struct symbol *s, const struct op *op)
{
	return add_pooling(s, op, "pool2d", "max", padded_input(s, op, "-3.4028234663852886e+38"));
}

/* Padding counts in MXNet's mean as zeros: the mean of ones with the same padding takes it out. */
static int add_average_pool(struct symbol *s, const struct op *op)
{
	int pads[4], inputs[2];

	inputs[0] = add_pooling(s, op, "pool2d", "avg", padded_input(s, op, "0.0"));
	if (!window_pads(op, pads))
		return inputs[0];
	inputs[1] = add_step(s, op, "ones_like", "ones", "", value_of(s, op, 0));
	inputs[1] = add_pad(s, op, "ones_pad", pads, "0.0", inputs[1]);
	inputs[1] = add_pooling(s, op, "ones_pool2d", "avg", inputs[1]);
	return add_node(s, "elemwise_div", node_name(s, op, "mean"), "", inputs, 2, 1);
}

/* The row's "Op key=value key=value". */
static int add_map(struct symbol *s, const struct op *op)
{
	const char *words = ((const struct activation_type *)op->function)->mxnet, *p = words + strcspn(words, " ");
	const char *mxnet = arena_copy(s->arena, words, (size_t)(p - words));
	struct text attributes = {.arena = s->arena};

	while (*p) {
		int key, value;

		p += strspn(p, " ");
		key = (int)strcspn(p, "=");
		value = (int)strcspn(p + key + 1, " ");
		text_format(&attributes, "%s\"%.*s\": \"%.*s\"", attributes.size ? ", " : "", key, p, value, p + key + 1);
		p += key + 1 + value;
	}
	return add_step(s, op, mxnet, op->function->name, attributes.size ? attributes.text : "", value_of(s, op, 0));
}

static int add_softmax(struct symbol *s, const struct op *op)
{
	return add_step(s, op, "softmax", "softmax", arena_format(s->arena, "\"axis\": \"%d\"", slice_axis(op)),
		value_of(s, op, 0));
}

static const char *scalar(struct symbol *s, const struct value *v)
{
	return v->hyperparameter ? arena_format(s->arena, "$%s", v->hyperparameter->name) : c_double(s->arena, v->number);
}

static int add_mask(struct symbol *s, const struct op *op)
{
	int input = value_of(s, op, 0);

	return add_node(s, "Dropout", node_name(s, op, "dropout"), arena_format(s->arena, "\"p\": \"%s\"", scalar(s, op->scalars[0])),
		&input, 1, 2);
}

static int add_normalise(struct symbol *s, const struct op *op)
{
	long length = op->attributes[SLICE_LENGTH];
	const struct parameter *const *p = op->parameters;
	const char *attributes = arena_format(s->arena, "\"axis\": \"%d\", \"eps\": \"%s\", \"fix_gamma\": \"False\", "
		"\"momentum\": \"%s\", \"use_global_stats\": \"False\"", slice_axis(op), scalar(s, op->scalars[0]),
		scalar(s, op->scalars[1]));
	int inputs[INPUTS_MOST];

	inputs[0] = value_of(s, op, 0);
	inputs[1] = op->attributes[NORMALISE_SCALE] ? add_parameter(s, p[0], "arg", as_is) : add_constant(s, op, "gamma", length, 1);
	inputs[2] = op->attributes[NORMALISE_CENTER] ? add_parameter(s, p[1], "arg", as_is) : add_constant(s, op, "beta", length, 0);
	inputs[3] = add_parameter(s, p[2], "aux", as_is);
	inputs[4] = add_parameter(s, p[3], "aux", as_is);
	return add_node(s, "BatchNorm", node_name(s, op, "batchnorm"), attributes, inputs, INPUTS_MOST, 3);
}

/* One node of all inputs; attributes besides their number. */
static int add_join(struct symbol *s, const struct op *op, const char *mxnet, const char *what, const char *attributes)
{
	int *inputs = ARENA_ARRAY(s->arena, int, op->n_in);

	for (int i = 0; i < op->n_in; i++)
		inputs[i] = value_of(s, op, i);
	return add_node(s, mxnet, node_name(s, op, what), arena_format(s->arena, "%s\"num_args\": \"%d\"", attributes, op->n_in),
		inputs, op->n_in, 1);
}

static int add_add(struct symbol *s, const struct op *op)
{
	return add_join(s, op, "add_n", "add", "");
}

static int add_concatenate(struct symbol *s, const struct op *op)
{
	return add_join(s, op, "Concat", "concat", arena_format(s->arena, "\"dim\": \"%d\", ", slice_axis(op)));
}

static int add_zeros(struct symbol *s, const struct op *op)
{
	return add_pad(s, op, "pad", op->attributes, "0.0", value_of(s, op, 0));
}

/* The same numbers in height-width-channel order. */
static int add_view(struct symbol *s, const struct op *op)
{
	struct shape from = op->in[0]->shape, to = op->out->shape;
	struct text t = {.arena = s->arena};
	int node = value_of(s, op, 0);

	if (shape_equal(from, to))
		return node;
	node = to_channels_last(s, op, from.rank, node);
	if (to.rank == 1)
		return add_step(s, op, "Flatten", "flatten", "", node);
	text_add(&t, "\"shape\": \"(-1");
	for (int i = 0; i < to.rank; i++)
		text_format(&t, ", %d", to.size[i]);
	text_add(&t, ")\"");
	return to_channels_first(s, op, to.rank, add_step(s, op, "Reshape", "reshape", t.text, node));
}

static const struct { const struct op_type *type; int (*add)(struct symbol *s, const struct op *op); } rows[] = {
	{&op_input, add_input}, {&op_convolution, add_convolution}, {&op_depthwise, add_depthwise},
	{&op_dense, add_dense}, {&op_max_pool, add_max_pool},
	{&op_average_pool, add_average_pool}, {&op_map, add_map}, {&op_softmax, add_softmax}, {&op_mask, add_mask},
	{&op_normalise, add_normalise}, {&op_add, add_add}, {&op_concatenate, add_concatenate}, {&op_pad, add_zeros},
	{&op_view, add_view},
};

/* ---- the graph ---- */

static struct symbol make_symbol(struct arena *a, const struct graph *g)
{
	struct symbol s = {.arena = a, .graph = g, .nodes = {.arena = a}, .variables = {.arena = a}, .row_pointers = {.arena = a},
		.values = ARENA_ARRAY(a, int, g->n_tensors), .arrays = ARENA_ARRAY(a, struct export_array, g->n_parameters + 2 * g->n_ops)};

	for (int i = 0; i < g->n_ops; i++)
		for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
			if (rows[k].type == g->ops[i]->type)
				s.values[g->ops[i]->out->index] = rows[k].add(&s, g->ops[i]);
	return s;
}

const char *export_mxnet_symbol(struct arena *a, const struct graph *g)
{
	struct symbol s = make_symbol(a, g);
	const struct op *loss = g->ops[g->n_ops - 1];

	return arena_format(a, "{\n  \"nodes\": [\n%s\n  ], \n  \"arg_nodes\": [%s], \n  \"node_row_ptr\": [0%s], \n"
		"  \"heads\": [[%d, 0, 0]], \n  \"attrs\": {\"mxnet_version\": [\"int\", 10501]}\n}", s.nodes.text, s.variables.text,
		s.row_pointers.text, value_of(&s, loss, 0));
}

const char *export_mxnet_input(struct arena *a, const struct graph *g)
{
	return arena_format(a, "/%s_input1", g->layers[1]->name);
}

const struct export_array *export_mxnet_arrays(struct arena *a, const struct graph *g, int *n)
{
	struct symbol s = make_symbol(a, g);

	*n = s.n_arrays;
	return s.arrays;
}
