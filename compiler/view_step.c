/* What the template of a kernel's function sees: its operations' sizes and rows, its inputs, what it lacks. */
#include <string.h>
#include "ctext.h"
#include "view_parts.h"

const char *view_number(struct arena *a, const struct target *t, const struct value *v)
{
	if (v->hyperparameter)
		return arena_format(a, "%s[HYPERPARAMETER_%s]", t->hyperparameters, v->hyperparameter->name);
	return c_double(a, v->number);
}

static void add_sizes(struct object *o, const char *prefix, struct shape s)
{
	static const char *const names[] = {"h", "w", "c"};
	int skip = 3 - s.rank;
	for (int i = 0; i < 3; i++)
		object_text(o, arena_format(o->arena, "%s_%s", prefix, names[i]), "%d", i < skip ? 1 : s.size[i - skip]);
	object_text(o, arena_format(o->arena, "%s_size", prefix), "%ld", shape_count(s));
}

static void add_attributes(struct object *o, const struct op *op)
{
	for (int i = 0; op->type->attributes[i]; i++)
		object_text(o, op->type->attributes[i], "%d", op->attributes[i]);
	if (op->n_in)
		add_sizes(o, "in", op->in[0]->shape);
	if (op->out)
		add_sizes(o, "out", op->out->shape);
}

static void add_function_row(struct object *o, const struct op *op)
{
	const struct activation_type *t = (const struct activation_type *)op->function;
	if (op->type != &op_map)
		return;
	object_text(o, "map_name", "%s", t->row.name);
	object_text(o, "map_forward", "%s", t->forward);
	object_text(o, "map_backward", "%s", t->backward);
}

static void add_scalars(struct object *o, const struct target *t, const struct op *op)
{
	if (op->type == &op_mask)
		object_text(o, "rate", "%s", view_number(o->arena, t, op->scalars[0]));
	if (op->type == &op_normalise) {
		object_text(o, "epsilon", "%s", view_number(o->arena, t, op->scalars[0]));
		object_text(o, "momentum", "%s", view_number(o->arena, t, op->scalars[1]));
	}
}

static void add_op(struct object *o, const struct target *t, const struct op *op)
{
	add_attributes(o, op);
	add_function_row(o, op);
	add_scalars(o, t, op);
	object_text(o, "layer", "%d", op->layer ? op->layer->index : 0);
}

/* A section that is on where there is such a neighbour, with its activation in it */
static void add_activation_of(struct object *o, const char *name, const struct group *neighbour)
{
	object_flag(o, name, neighbour != NULL);
	if (!neighbour)
		return;
	struct object *item = object_find(o, name)->items[0];
	object_flag(item, "map", neighbour->n > 1);
	if (neighbour->n > 1)
		add_function_row(item, neighbour->ops[1]);
}

/* A section that is on where the sum behind is made, with its activation and its other inputs in it */
static void add_sum(struct object *o, const struct group *g, const struct group *sum)
{
	add_activation_of(o, "sum", sum);
	for (int i = 0; sum && i < sum->n_in; i++)
		if (sum->in[i] != g->out)
			object_text(object_item(object_find(o, "sum")->items[0], "others"), "index", "%d", i);
}

static bool any_before(const struct group *g, const struct step *s)
{
	for (int i = 0; i < g->n_in; i++)
		if (s->norms[i])
			return true;
	return false;
}

static void add_inputs(struct object *o, const struct group *g, const struct step *s)
{
	const struct op *op = g->ops[0];
	for (int i = 0; i < g->n_in; i++) {
		struct object *in = object_item(o, "inputs");
		object_text(in, "index", "%d", i);
		object_text(in, "assign", "%s", s->assign[i] ? "=" : "+=");
		object_flag(in, "dx", g->in[i]->needs_gradient && !s->same[i]);
		add_activation_of(in, "n", s->norms[i]);
		if (op->type == &op_concatenate)
			object_text(in, "part", "%ld", shape_count(g->in[i]->shape) / op->attributes[SLICE_OUTER]);
	}
	object_flag(o, "any_before", any_before(g, s));
	object_text(o, "inputs_count", "%d", g->n_in);
	object_text(o, "assign0", "%s", s->assign[0] ? "=" : "+=");
	object_flag(o, "first0", s->assign[0]);
	object_flag(o, "dx0", g->n_in && g->in[0]->needs_gradient);
	add_activation_of(o, "n0", s->norms[0]);
	add_sum(o, g, s->sum);
	object_flag(o, "nk", s->makes_statistics);
	object_flag(o, "np", s->through_norm);
}

/* Every operation type is a section, on if the group holds one. */
static void add_ops(struct object *o, const struct target *t, const struct group *g)
{
	static const struct op_type *const sections[] = {&op_map, &op_mask, &op_max_pool, &op_softmax, &op_loss};
	for (size_t k = 0; k < sizeof sections / sizeof *sections; k++) {
		const struct op *found = NULL;
		for (int i = 0; i < g->n; i++)
			if (g->ops[i]->type == sections[k])
				found = g->ops[i];
		object_flag(o, sections[k]->name, found != NULL);
		if (found)
			add_op(object_find(o, sections[k]->name)->items[0], t, found);
	}
	add_op(o, t, g->ops[0]);
}

/* The byte that is saved tells by itself whether the gradient passes. */
static bool gates(const struct group *g)
{
	return g->n > 1 && kernel_is_gate(g->ops[1]) && kernel_saves_bytes(g);
}

/* Behind a gate, or where nothing is done to the output, backward does not read y. */
static void add_asking(struct object *o, const struct group *g, const struct step *s)
{
	const bool reads_y = s->through_norm || (g->n > 1 && !gates(g));
	object_flag(o, "asks_x", s->prefetch[READS_X]);
	object_flag(o, "asks_y", s->prefetch[READS_Y] && reads_y);
	object_flag(o, "asks_dy", s->prefetch[READS_DY]);
}

static void add_group(struct object *o, const struct target *t, const struct group *g, const struct step *s)
{
	static const char *const parameters[GROUP_PARAMETERS] = {"w0", "w1", "w2", "w3", "w4", "w5"};
	add_ops(o, t, g);
	object_text(o, "saved", "%ld", g->buffers.saved[0]);
	object_flag(o, "bytes", g->buffers.saved[0] > 0);
	object_flag(o, "gate", gates(g));
	object_text(o, "tile", "%d", g->kernel ? g->kernel->tile : 0);
	add_inputs(o, g, s);
	add_asking(o, g, s);
	add_sizes(o, "group_out", g->out ? g->out->shape : g->in[0]->shape);
	if (g->n_parameters)
		object_text(o, "kernel_count", "%ld", g->parameters[0] ? g->parameters[0]->count : 0);
	for (int i = 0; i < GROUP_PARAMETERS; i++)
		object_flag(o, parameters[i], i < g->n_parameters && g->parameters[i]);
}

/* ---- the parameters of the kernel's function ---- */

static const char *parameter_name(struct arena *a, const struct argument *x)
{
	const struct role_row *row = &roles[x->role];
	return strchr(row->name, '%') ? arena_format(a, row->name, x->number) : row->name;
}

/* Only its parameter reaches the memory. Of several tensors of one role some may be the same memory. */
static bool is_restricted(const struct role_row *row)
{
	return row->kind != ROLE_INPUTS && row->kind != ROLE_INPUT_GRADIENTS && !(row->kind == ROLE_PLAIN && row->type);
}

/* "const real *restrict x" */
static const char *parameter(struct arena *a, const struct target *t, const struct argument *x)
{
	const struct role_row *row = &roles[x->role];
	const char *type = row->type ? row->type : "real", *name = parameter_name(a, x);
	if (row->value)
		return arena_format(a, "%s %s", type, name);
	const char *restricted = is_restricted(row) ? arena_format(a, "%s ", t->restricted) : "";
	return arena_format(a, "%s%s *%s%s", x->made ? "" : "const ", type, restricted, name);
}

/* `begin` is where the line begins in t. The first line has the function's name before it. */
static void add_parameter(struct text *t, size_t *begin, const char *words)
{
	enum { WIDTH = 112, NAME = 52 };
	if (t->size && t->size - *begin + strlen(words) > (size_t)(*begin ? WIDTH : WIDTH - NAME)) {
		text_add(t, ",\n\t");
		*begin = t->size;
	} else if (t->size)
		text_add(t, ", ");
	text_add(t, words);
}

static const char *parameters_of(struct arena *a, const struct target *target, const struct step *s)
{
	struct text t = {.arena = a};
	size_t begin = 0;
	if (target->first_parameter)
		add_parameter(&t, &begin, target->first_parameter);
	for (int i = 0; i < s->n_arguments; i++)
		add_parameter(&t, &begin, parameter(a, target, &s->arguments[i]));
	if (s->domain == DOMAIN_TILE)
		add_parameter(&t, &begin, "int tile");
	return t.text;
}

struct object *view_step(struct arena *a, const struct object *root, const struct target *t, const struct step *s)
{
	struct object *o = object_new(a);
	const struct field *inherited[] = {object_find(root, "fuzz"), object_find(root, "scale")};
	for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++)
		object_text(o, inherited[i]->name, "%s", inherited[i]->text);
	object_flag(o, "channels_first", object_find(root, "channels_first")->n > 0);
	object_flag(o, "one_hot", object_find(root, "one_hot")->n > 0);
	const bool bfloat16 = s->group && s->group->kernel && s->group->kernel->precision == PRECISION_BFLOAT16;
	object_flag(o, "bfloat16", bfloat16);
	object_text(o, "operand", "%s", bfloat16 ? "real_bf16" : "");
	object_text(o, "parameters", "%s", parameters_of(o->arena, t, s));
	if (s->merged)
		object_text(o, "count", "%ld", s->merged->count);
	if (s->group)
		add_group(o, t, s->group, s);
	return o;
}
