/* Keras 2.2.4's model_config and training_config. A layer's row lists Keras's own arguments in Keras's order, so that its
 * configuration is the row's keys with their values; what Keras has and we lack is null. */
#include "export_keras.h"
#include "../ctext.h"
#include "keras_order.h"
#include <math.h>
#include <string.h>

static void add_number(struct text *t, double x)
{
	text_add(t, isinf(x) ? (x > 0 ? "Infinity" : "-Infinity") : c_double(t->arena, x));
}

/* ---- initializers ---- */

static void add_config(struct text *t, const struct call *c);

static const char *mode_name(const char *runtime)
{
	static const struct { const char *runtime, *keras; } modes[] = {
		{"RT_FAN_IN", "fan_in"}, {"RT_FAN_OUT", "fan_out"}, {"RT_FAN_AVG", "fan_avg"}};
	size_t i = 0;

	while (i < sizeof modes / sizeof *modes - 1 && strcmp(modes[i].runtime, runtime))
		i++;
	return modes[i].keras;
}

static void add_initializer(struct text *t, const struct call *c)
{
	const struct initializer_type *type = (const struct initializer_type *)c->row;

	text_format(t, "{\"class_name\": \"%s\", \"config\": {", c->row->keras);
	if (type->scale > 0) {
		text_add(t, "\"scale\": ");
		add_number(t, type->scale);
		text_format(t, ", \"mode\": \"%s\", \"distribution\": \"%s\", \"seed\": null", mode_name(type->mode),
			type->normal ? "normal" : "uniform");
	} else {
		add_config(t, c);
	}
	text_add(t, "}}");
}

/* ---- values by their key's kind ---- */

static void add_whole(struct text *t, const struct value *v)
{
	text_format(t, "%ld", v->integers[0]);
}

static void add_float(struct text *t, const struct value *v)
{
	add_number(t, v->number);
}

static void add_bool(struct text *t, const struct value *v)
{
	text_add(t, v->number != 0 ? "true" : "false");
}

static void add_string(struct text *t, const struct value *v)
{
	text_format(t, "\"%s\"", v->text);
}

static void add_pair(struct text *t, const struct value *v)
{
	text_format(t, "[%ld, %ld]", v->integers[0], v->integers[1]);
}

static void add_padding(struct text *t, const struct value *v)
{
	text_format(t, "[[%ld, %ld], [%ld, %ld]]", v->integers[0], v->integers[1], v->integers[2], v->integers[3]);
}

static void add_row(struct text *t, const struct value *v)
{
	text_format(t, "\"%s\"", v->call->row->keras);
}

static void add_value(struct text *t, const struct key *k, const struct value *v)
{
	static void (*const writers[])(struct text *, const struct value *) = {
		[KIND_INT] = add_whole, [KIND_FLOAT] = add_float, [KIND_FRACTION] = add_float, [KIND_BOOL] = add_bool,
		[KIND_STRING] = add_string, [KIND_CHOICE] = add_string, [KIND_PAIR] = add_pair, [KIND_PADDING] = add_padding,
		[KIND_ROW] = add_row,
	};

	if (v->hyperparameter)
		text_format(t, "\"$%s\"", v->hyperparameter->name);
	else if (v->none || k->kind == KIND_UNSUPPORTED)
		text_add(t, "null");
	else if (k->rows == initializers)
		add_initializer(t, v->call);
	else
		writers[k->kind](t, v);
}

/* A call's keys and values, without the braces. */
static void add_config(struct text *t, const struct call *c)
{
	const struct key *keys = c->row->keys;

	for (int i = 0; keys && keys[i].name; i++) {
		text_format(t, "%s\"%s\": ", i ? ", " : "", keys[i].name);
		add_value(t, &keys[i], &c->values[i]);
	}
}

/* ---- layers ---- */

/* The input is called what Keras calls it and --describe prints. */
static const char *layer_name(const struct layer *l)
{
	return l->type ? l->name : "input_1";
}

static const char *format_name(const struct layer *l)
{
	return l->channels_first ? "channels_first" : "channels_last";
}

static void add_input_config(struct text *t, const struct layer *l)
{
	struct shape s = shape_in_format(l->shape, l->channels_first);

	text_add(t, "{\"batch_input_shape\": [null");
	for (int i = 0; i < s.rank; i++)
		text_format(t, ", %d", s.size[i]);
	text_format(t, "], \"dtype\": \"float32\", \"sparse\": false, \"name\": \"%s\"}", layer_name(l));
}

static void add_layer_config(struct text *t, const struct layer *l)
{
	const struct call *c = &l->spec->call;
	const struct key *keys = c->row->keys;

	text_format(t, "{\"name\": \"%s\", \"trainable\": true", l->name);
	for (int i = 0; keys && keys[i].name; i++) {
		const struct value *v = &c->values[i];

		text_format(t, ", \"%s\": ", keys[i].name);
		if (!strcmp(keys[i].name, "data_format"))
			text_format(t, "\"%s\"", format_name(l));
		else if (keys[i].kind == KIND_PAIR && v->none)
			add_pair(t, v - 1);             /* strides left out are the key before them, the window */
		else
			add_value(t, &keys[i], v);
	}
	text_add(t, "}");
}

static void add_layer(struct text *t, const struct layer *l)
{
	text_format(t, "\"class_name\": \"%s\", \"config\": ", l->type ? l->type->row.keras : "InputLayer");
	if (l->type)
		add_layer_config(t, l);
	else
		add_input_config(t, l);
}

static void add_inbound(struct text *t, const struct layer *l)
{
	text_add(t, ", \"inbound_nodes\": [");
	for (int i = 0; i < l->n_inputs; i++)
		text_format(t, "%s[\"%s\", 0, 0, {}]", i ? ", " : "[", layer_name(l->inputs[i]));
	text_add(t, l->n_inputs ? "]]" : "]");
}

/* ---- models ---- */

static void add_sequential(struct text *t, const struct graph *g)
{
	text_add(t, "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"sequential_1\", \"layers\": [");
	for (int i = 0; i < g->n_layers; i++) {
		text_add(t, i ? ", {" : "{");
		add_layer(t, g->layers[i]);
		text_add(t, "}");
	}
	text_add(t, "]}}");
}

static void add_functional(struct text *t, const struct graph *g)
{
	struct layer **order = keras_order(t->arena, g);

	text_add(t, "{\"class_name\": \"Model\", \"config\": {\"name\": \"model_1\", \"layers\": [");
	for (int i = 0; i < g->n_layers; i++) {
		text_format(t, "%s{\"name\": \"%s\", ", i ? ", " : "", layer_name(order[i]));
		add_layer(t, order[i]);
		add_inbound(t, order[i]);
		text_add(t, "}");
	}
	text_format(t, "], \"input_layers\": [[\"%s\", 0, 0]], \"output_layers\": [[\"%s\", 0, 0]]}}",
		layer_name(g->layers[0]), layer_name(g->layers[g->n_layers - 1]));
}

const char *export_keras_config(struct arena *a, const struct graph *g)
{
	struct text t = {.arena = a};

	if (graph_is_chain(g))
		add_sequential(&t, g);
	else
		add_functional(&t, g);
	return t.text;
}

/* ---- training ---- */

/* Keras stores the backend's epsilon where none is given, and fails on clipping that is null. */
static void add_optimizer_config(struct text *t, const struct spec *s)
{
	const struct key *keys = s->optimizer->row->keys;
	const char *comma = "";

	for (int i = 0; keys[i].name; i++) {
		const struct value *v = &s->optimizer->values[i];

		if (keys[i].kind == KIND_UNSUPPORTED)
			continue;
		text_format(t, "%s\"%s\": ", comma, keys[i].name);
		if (v->none)
			add_number(t, s->epsilon);
		else
			add_value(t, &keys[i], v);
		comma = ", ";
	}
}

const char *export_keras_training(struct arena *a, const struct graph *g)
{
	const struct spec *s = g->spec;
	struct text t = {.arena = a};

	text_format(&t, "{\"optimizer_config\": {\"class_name\": \"%s\", \"config\": {", s->optimizer->row->keras);
	add_optimizer_config(&t, s);
	text_format(&t, "}}, \"loss\": \"%s\", \"metrics\": [", s->loss->row->keras);
	for (int i = 0; i < s->n_metrics; i++)
		text_format(&t, "%s\"%s\"", i ? ", " : "", s->metrics[i]->row->keras);
	text_add(&t, "], \"sample_weight_mode\": null, \"loss_weights\": null}");
	return t.text;
}
