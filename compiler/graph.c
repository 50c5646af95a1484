/* Builds the graph: edges by name, an order that runs, shapes and parameters layer by layer, then operations. */
#include <string.h>
#include "graph.h"
#include "tables.h"

enum mark { NEW, OPEN, DONE };      /* of a layer in visit */

struct building {
	struct arena *arena;
	struct diag *diag;
	const struct spec *spec;
	struct graph *graph;
	struct layer **order; int n_order;      /* layers as they run; the input first */
	enum mark *marks;                       /* by layer index */
	int *uses;                              /* how many layers take this one */
	bool *broken;                           /* by layer index: its inputs are wrong, and reported */
	bool complete;                          /* every layer's type and inputs are known */
	struct tensor **values;                 /* by layer index */
};

/* ---- layers and edges ---- */

static struct layer *find_layer(const struct building *b, const char *name)
{
	for (int i = 0; i < b->graph->n_layers; i++)
		if (!strcmp(b->graph->layers[i]->name, name))
			return b->graph->layers[i];
	return NULL;
}

static struct layer *new_layer(struct building *b, const char *name)
{
	struct layer *l = ARENA_NEW(b->arena, struct layer);
	l->name = name;
	l->channels_first = b->spec->channels_first;
	l->arena = b->arena;
	l->index = b->graph->n_layers;
	b->graph->layers[b->graph->n_layers++] = l;
	return l;
}

static void add_input(struct building *b)
{
	const struct value *in = &b->spec->input;
	struct layer *l = new_layer(b, "input");
	bool first = in->count == 3 && b->spec->channels_first;
	l->at = in->at;
	l->shape.rank = in->count;
	for (int i = 0; i < in->count; i++)
		l->shape.size[first ? (i + 2) % 3 : i] = (int)in->integers[i];
}

static void report_unknown(struct building *b, const struct layer_spec *s, int input)
{
	const char **all = ARENA_ARRAY(b->arena, const char *, b->graph->n_layers);
	for (int i = 0; i < b->graph->n_layers; i++)
		all[i] = b->graph->layers[i]->name;
	diag_error(b->diag, s->inputs_at[input], "'%s' takes '%.70s', which is no layer", s->name, s->inputs[input]);
	diag_suggest(b->diag, s->inputs[input], all, b->graph->n_layers);
}

static void take(struct building *b, struct layer *l, struct layer *from)
{
	l->inputs[l->n_inputs++] = from;
	b->uses[from->index]++;
}

/* An unknown name may be that of a layer whose word is unknown: one error is enough. */
static void connect_named(struct building *b, struct layer *l, int input)
{
	struct layer *from = find_layer(b, l->spec->inputs[input]);
	if (from) {
		take(b, l, from);
		return;
	}
	if (b->complete)
		report_unknown(b, l->spec, input);
	b->broken[l->index] = true;
}

static void connect(struct building *b, struct layer *l)
{
	const struct layer_spec *s = l->spec;
	l->inputs = ARENA_ARRAY(b->arena, const struct layer *, s->n_inputs + 1);
	for (int i = 0; i < s->n_inputs; i++)
		connect_named(b, l, i);
	if (!s->n_inputs)
		take(b, l, b->graph->layers[l->index - 1]);
	if (b->broken[l->index] || s->wrong || !s->type
	    || (l->n_inputs >= l->type->min_inputs && l->n_inputs <= l->type->max_inputs))
		return;
	b->broken[l->index] = true;
	diag_error(b->diag, s->n_inputs ? s->inputs_at[0] : l->at, "%s '%s' takes %s, got %d", l->type->row.name, l->name,
		l->type->max_inputs == 1 ? "one input" : "at least two inputs", l->n_inputs);
	if (l->type->min_inputs > 1)
		diag_hint(b->diag, "inputs: [a, b] names them");
}

static void connect_all(struct building *b)
{
	b->complete = true;
	for (int i = 0; i < b->spec->n_layers; i++) {
		const struct layer_spec *s = &b->spec->layers[i];
		struct layer *l = new_layer(b, s->name);
		l->spec = s;
		l->type = s->type;
		l->at = s->at;
		b->complete = b->complete && s->type && !s->wrong;
	}
	for (int i = 1; i < b->graph->n_layers; i++)
		connect(b, b->graph->layers[i]);
}

static bool any_broken(const struct building *b)
{
	for (int i = 0; i < b->graph->n_layers; i++)
		if (b->broken[i] || (b->graph->layers[i]->spec && b->graph->layers[i]->spec->wrong))
			return true;
	return !b->complete;
}

/* A layer that nobody takes computes for nothing: the last one is the output. Among broken edges nobody knows. */
static void check_used(struct building *b)
{
	if (any_broken(b))
		return;
	for (int i = 0; i + 1 < b->graph->n_layers; i++) {
		const struct layer *l = b->graph->layers[i];
		if (b->uses[i])
			continue;
		diag_error(b->diag, l->at, "the output of '%s' is never used", l->name);
		diag_hint(b->diag, "name it in the inputs of a later layer, or take it out");
	}
}

/* Depth first, so that a layer comes behind all it takes. */
static void visit(struct building *b, struct layer *l)
{
	b->marks[l->index] = OPEN;
	for (int i = 0; i < l->n_inputs; i++) {
		int from = l->inputs[i]->index;
		if (b->marks[from] == NEW)
			visit(b, b->graph->layers[from]);
		if (b->marks[from] != OPEN)
			continue;
		diag_error(b->diag, l->at, "'%s' takes its own output, through '%s'", l->name, l->inputs[i]->name);
		b->broken[l->index] = true;
	}
	b->marks[l->index] = DONE;
	b->order[b->n_order++] = l;
}

/* ---- shapes and parameters ---- */

static bool initializers_fit(struct building *b, const struct layer *l)
{
	bool ok = true;
	for (int i = 0; i < l->n_parameters; i++) {
		const struct parameter *p = &l->parameters[i];
		const struct initializer_type *type = (const struct initializer_type *)p->initializer->row;
		bool square = p->rank == 2 && p->dims[0] == p->dims[1];
		if ((!type->matrix || p->rank > 1) && (!type->square || square))
			continue;
		diag_error(b->diag, p->initializer->at, "%s needs a %s, and the %s of '%s' is none", type->row.name,
			type->square ? "square matrix" : "matrix", p->name, l->name);
		ok = false;
	}
	return ok;
}

static bool size_fits(struct building *b, const struct layer *l)
{
	double numbers = 1, weights = 0;
	for (int i = 0; i < l->shape.rank; i++)
		numbers *= l->shape.size[i];
	for (int i = 0; i < l->n_parameters; i++)
		weights += (double)l->parameters[i].count;
	if (numbers <= INT_MAX && weights <= INT_MAX)
		return true;
	diag_error(b->diag, l->at, "'%s' has %.0f %s; at most 2147483647 are possible", l->name,
		numbers > INT_MAX ? numbers : weights, numbers > INT_MAX ? "numbers a sample" : "weights");
	return false;
}

static void infer(struct building *b, struct layer *l)
{
	if (b->broken[l->index] || l->spec->wrong || !l->type)
		return;
	for (int i = 0; i < l->n_inputs; i++)
		if (!l->inputs[i]->shape.rank)
			return;
	if (!l->type->infer(l, b->diag) || !size_fits(b, l) || !initializers_fit(b, l))
		l->shape.rank = 0;
}

static void check_output(struct building *b)
{
	const struct layer *last = b->graph->layers[b->graph->n_layers - 1];
	if (!b->spec->classes)
		return;
	if (last->shape.rank > 1) {
		diag_error(b->diag, last->at, "the last layer '%s' must give a row of %d numbers (classes), got %s", last->name,
			b->spec->classes, shape_words(b->arena, last->shape));
		diag_hint(b->diag, "end with flatten and dense: {units: %d}", b->spec->classes);
	} else if (last->shape.rank == 1 && last->shape.size[0] != b->spec->classes) {
		diag_error(b->diag, last->at, "the last layer '%s' gives %d numbers, and classes is %d", last->name, last->shape.size[0],
			b->spec->classes);
		diag_hint(b->diag, "make both the same");
	}
}

enum { ALIGN = 16 };                        /* reals: a parameter starts on 64 bytes */

static long place(struct graph *g, bool trainable, long offset)
{
	for (int i = 0; i < g->n_parameters; i++) {
		struct parameter *p = g->parameters[i];
		if (p->trainable != trainable)
			continue;
		p->offset = offset;
		offset += (p->count + ALIGN - 1) / ALIGN * ALIGN;
	}
	return offset;
}

static void place_parameters(struct building *b)
{
	struct graph *g = b->graph;
	g->parameters = ARENA_ARRAY(b->arena, struct parameter *, g->n_layers * LAYER_PARAMETERS);
	for (int i = 0; i < g->n_layers; i++) {
		for (int k = 0; k < g->layers[i]->n_parameters; k++) {
			g->layers[i]->parameters[k].index = g->n_parameters;
			g->parameters[g->n_parameters++] = &g->layers[i]->parameters[k];
		}
	}
	g->trainable = place(g, true, 0);
	g->weights = place(g, false, g->trainable);
	if (g->weights > INT_MAX)
		diag_error(b->diag, b->spec->name_at, "the model has %ld weights; at most 2147483647 are possible", g->weights);
	else if (!g->trainable)
		diag_error(b->diag, b->spec->name_at, "the model has no weights to train");
}

/* ---- operations ---- */

static void lower_all(struct building *b)
{
	struct lowering out = {.arena = b->arena};
	const struct layer *last = b->graph->layers[b->graph->n_layers - 1];
	for (int i = 0; i < b->n_order; i++) {
		struct layer *l = b->order[i];
		struct tensor **in = ARENA_ARRAY(b->arena, struct tensor *, l->n_inputs + 1);
		for (int k = 0; k < l->n_inputs; k++)
			in[k] = b->values[l->inputs[k]->index];
		out.in = in;
		b->values[l->index] = l->type ? l->type->lower(l, &out) : lower_op_n(&out, &op_input, l, NULL, 0, l->shape, "")->out;
	}
	struct op *loss = lower_op(&out, &op_loss, last, b->values[last->index], (struct shape){0}, "");
	loss->function = b->spec->loss->row;
	b->graph->ops = out.ops;
	b->graph->n_ops = out.n_ops;
}

/* What would change nothing was not meant. */
static void check_precision(struct building *b)
{
	const struct spec *s = b->spec;
	for (int i = 0; i < b->graph->n_ops; i++)
		if (s->precision == PRECISION_FLOAT32 || b->graph->ops[i]->type->narrow)
			return;
	diag_error(b->diag, s->precision_at, "nothing in this network can be computed in bfloat16");
	diag_hint(b->diag, "matrix products and convolutions can; float32 is the default");
}

static bool has_gradient(const struct op *op)
{
	for (int i = 0; i < op->n_in; i++)
		if (op->in[i]->needs_gradient)
			return true;
	for (int i = 0; i < op->n_parameters; i++)
		if (op->parameters[i] && op->parameters[i]->trainable)
			return true;
	return false;
}

static void add_consumer(struct arena *a, struct tensor *t, const struct op *op)
{
	const struct op **more = ARENA_ARRAY(a, const struct op *, t->n_consumers + 1);
	if (t->n_consumers)
		memcpy(more, t->consumers, sizeof *more * (size_t)t->n_consumers);
	more[t->n_consumers++] = op;
	t->consumers = more;
}

static void link_tensors(struct building *b)
{
	struct graph *g = b->graph;
	g->tensors = ARENA_ARRAY(b->arena, struct tensor *, g->n_ops);
	for (int i = 0; i < g->n_ops; i++) {
		struct op *op = g->ops[i];
		for (int k = 0; k < op->n_in; k++)
			add_consumer(b->arena, op->in[k], op);
		if (!op->out)
			continue;
		op->out->needs_gradient = has_gradient(op);
		op->out->index = g->n_tensors;
		g->tensors[g->n_tensors++] = op->out;
	}
}

/* Names become C identifiers: "a" with "_linear" must not meet a layer called a_linear. */
static void make_names_unique(struct building *b)
{
	struct graph *g = b->graph;
	for (int i = 0; i < g->n_tensors; i++)
		for (int k = 0; k < i; k++)
			if (!strcmp(g->tensors[i]->name, g->tensors[k]->name)) {
				g->tensors[i]->name = arena_format(b->arena, "%s_%d_", g->tensors[i]->name, i);
				k = -1;
			}
}

const struct graph *graph_build(struct arena *a, const struct spec *s, struct diag *d)
{
	struct building b = {.arena = a, .diag = d, .spec = s, .graph = ARENA_NEW(a, struct graph)};
	int n = s->n_layers + 1;
	b.graph->spec = s;
	b.graph->layers = ARENA_ARRAY(a, struct layer *, n);
	b.order = ARENA_ARRAY(a, struct layer *, n);
	b.marks = ARENA_ARRAY(a, enum mark, n);
	b.uses = ARENA_ARRAY(a, int, n);
	b.broken = ARENA_ARRAY(a, bool, n);
	b.values = ARENA_ARRAY(a, struct tensor *, n);
	add_input(&b);
	if (!size_fits(&b, b.graph->layers[0]))
		b.graph->layers[0]->shape.rank = 0;
	connect_all(&b);
	for (int i = 0; i < n; i++)
		if (b.marks[i] == NEW)
			visit(&b, b.graph->layers[i]);
	check_used(&b);
	for (int i = 1; i < n; i++)
		infer(&b, b.order[i]);
	check_output(&b);
	if (diag_errors(d))
		return NULL;
	place_parameters(&b);
	lower_all(&b);
	check_precision(&b);
	link_tensors(&b);
	make_names_unique(&b);
	if (!diag_errors(d))
		graph_check_range(b.graph, d);
	return diag_errors(d) ? NULL : b.graph;
}
