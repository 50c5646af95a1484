/* The view of everything that does not depend on the plan: what tables.c hands to the runtime. */
#include <string.h>
#include "ctext.h"
#include "template.h"
#include "view_parts.h"

static const char *boolean(bool b)
{
	return b ? "true" : "false";
}

/* struct rt_scalar's initializer */
static const char *scalar(struct arena *a, const struct value *v)
{
	return arena_format(a, "{%s, %d}", c_double(a, v->number), v->hyperparameter ? v->hyperparameter->index : -1);
}

static void add_hyperparameters(struct object *root, const struct spec *s)
{
	static const char *const kinds[] = {[KIND_INT] = "RT_INT", [KIND_FLOAT] = "RT_FLOAT", [KIND_BOOL] = "RT_BOOL",
		[KIND_STRING] = "RT_STRING"};
	object_flag(root, "hyperparameters", false);
	for (int i = 0; i < s->n_hyperparameters; i++) {
		const struct hyperparameter *h = s->hyperparameters[i];
		struct object *o = object_item(root, "hyperparameters");
		object_text(o, "name", "%s", h->name);
		object_text(o, "kind", "%s", kinds[h->kind]);
		object_text(o, "fallback", "%s", c_string(o->arena, h->fallback));
		object_text(o, "has_min", "%s", boolean(h->has_min));
		object_text(o, "has_max", "%s", boolean(h->has_max));
		object_text(o, "min", "%s", c_double(o->arena, h->has_min ? h->min : 0));
		object_text(o, "max", "%s", c_double(o->arena, h->has_max ? h->max : 0));
		object_flag(o, "has_aliases", h->n_aliases > 0);
		for (int k = 0; k < h->n_aliases; k++)
			object_text(object_item(o, "aliases"), "alias", "%s", h->aliases[k]);
	}
}

/* The inputs' names when they are not just the layer above. */
static const char *inputs_of(struct arena *a, const struct graph *g, const struct layer *l)
{
	struct text t = {.arena = a};
	if (!l->n_inputs || (l->n_inputs == 1 && l->index > 0 && l->inputs[0] == g->layers[l->index - 1]))
		return "";
	for (int i = 0; i < l->n_inputs; i++)
		text_format(&t, "%s%s", i ? ", " : "", l->inputs[i]->name);
	return t.text;
}

static void add_layers(struct object *root, const struct graph *g)
{
	for (int i = 0; i < g->n_layers; i++) {
		const struct layer *l = g->layers[i];
		struct object *o = object_item(root, "layers");
		object_text(o, "name", "%s", l->spec ? l->name : "input_1");
		object_text(o, "type", "%s", l->spec ? l->type->row.keras : "InputLayer");
		object_text(o, "shape", "%s", shape_keras(o->arena, l->shape, g->spec->channels_first));
		object_text(o, "where", "%s", c_string(o->arena, l->spec
			? arena_format(o->arena, "%s:%d", g->spec->file, l->at.line) : g->spec->file));
		object_text(o, "inputs", "%s", inputs_of(o->arena, g, l));
	}
}

static double number(const struct call *c, const char *key)
{
	return call_value(c, key)->number;
}

/* struct rt_initializer's initializer. Rows name Keras's classes; the glorot family is variance scaling. */
static const char *initializer(struct arena *a, const struct call *c)
{
	const struct initializer_type *t = (const struct initializer_type *)c->row;
	struct text text = {.arena = a};
	text_format(&text, "{.kind = %s", t->runtime);
	static const char *const a_keys[] = {"value", "mean", "minval", "scale", "gain"};
	static const char *const b_keys[] = {"stddev", "maxval"};
	if (t->scale) {
		text_format(&text, ", .a = %s, .mode = %s, .normal = %s", c_double(a, t->scale), t->mode, boolean(t->normal));
		text_add(&text, "}");
		return text.text;
	}
	for (const struct key *k = c->row->keys; k && k->name; k++) {
		for (size_t i = 0; i < sizeof a_keys / sizeof *a_keys; i++)
			if (!strcmp(k->name, a_keys[i]))
				text_format(&text, ", .a = %s", c_double(a, number(c, k->name)));
		for (size_t i = 0; i < sizeof b_keys / sizeof *b_keys; i++)
			if (!strcmp(k->name, b_keys[i]))
				text_format(&text, ", .b = %s", c_double(a, number(c, k->name)));
		if (!strcmp(k->name, "mode"))
			text_format(&text, ", .mode = RT_%s", !strcmp(call_value(c, "mode")->text, "fan_in") ? "FAN_IN"
				: !strcmp(call_value(c, "mode")->text, "fan_out") ? "FAN_OUT" : "FAN_AVG");
		if (!strcmp(k->name, "distribution"))
			text_format(&text, ", .normal = %s", boolean(!strcmp(call_value(c, "distribution")->text, "normal")));
	}
	text_add(&text, "}");
	return text.text;
}

static void add_parameters(struct object *root, const struct graph *g)
{
	object_flag(root, "parameters", false);
	for (int i = 0; i < g->n_parameters; i++) {
		const struct parameter *p = g->parameters[i];
		struct object *o = object_item(root, "parameters");
		object_text(o, "layer", "%d", p->layer->index);
		object_text(o, "layer_name", "%s", p->layer->name);
		object_text(o, "name", "%s", p->name);
		object_text(o, "constant", "W_%s_%s", p->layer->name, p->name);
		object_text(o, "rank", "%d", p->rank);
		struct text dims = {.arena = o->arena};
		for (int k = 0; k < p->rank; k++)
			text_format(&dims, "%s%ld", k ? ", " : "", p->dims[k]);
		object_text(o, "dims", "%s", dims.text);
		object_text(o, "offset", "%ld", p->offset);
		object_text(o, "count", "%ld", p->count);
		object_text(o, "trainable", "%s", boolean(p->trainable));
		object_text(o, "initializer", "%s", initializer(o->arena, p->initializer));
		object_text(o, "fan_in", "%s", c_double(o->arena, p->fan_in));
		object_text(o, "fan_out", "%s", c_double(o->arena, p->fan_out));
	}
}

/* The optimizer's constants and statements; lr has its schedule already, so that it and decay are the runtime's. */
static void add_optimizer(struct object *root, const struct target *target, const struct call *c)
{
	const struct optimizer_type *t = (const struct optimizer_type *)c->row;
	const char *fuzz = object_find(root, "fuzz")->text;
	int n = 0;
	object_text(root, "optimizer", "%s", c->row->keras);
	object_text(root, "optimizer_name", "%s", c->row->name);
	object_text(root, "lr", "%s", scalar(root->arena, call_value(c, "lr")));
	object_text(root, "decay", "%s", scalar(root->arena, call_value(c, "decay")));
	object_text(root, "optimizer_prepare", "%s", t->prepare(c));
	object_text(root, "optimizer_update", "%s", t->update(c));
	object_flag(root, "settings", false);
	for (const struct key *k = c->row->keys; k->name; k++) {
		const struct value *v = call_value(c, k->name);
		if (k->kind != KIND_FLOAT || !strcmp(k->name, "lr") || !strcmp(k->name, "decay"))
			continue;
		struct object *o = object_item(root, "settings");
		object_text(o, "name", "%s", k->name);
		object_text(o, "value", "%s", v->none ? fuzz : view_number(root->arena, target, v));       /* epsilon: the backend's */
	}
	object_flag(root, "states", false);
	for (const char *const *s = t->states(c); *s; s++) {
		struct object *o = object_item(root, "states");
		object_text(o, "name", "%s", *s);
		object_text(o, "index", "%d", n++);
	}
	object_text(root, "states_count", "%d", n);
	object_text(root, "empty_states", "%d", t->saved_states - n);
}

static void add_data(struct object *root, const struct spec *s)
{
	static const char *const roles[CHANNELS] = {"RT_TRAINING", "RT_VALIDATION"};
	for (int i = 0; i < CHANNELS; i++) {
		const struct channel_spec *c = &s->channels[i];
		if (!c->name)
			continue;
		struct object *o = object_item(root, "channels");
		object_text(o, "role", "%s", roles[i]);
		object_text(o, "name", "%s", c_string(o->arena, c->name));
		object_text(o, "images", "%s", c_string(o->arena, c->images));
		object_text(o, "labels", "%s", c_string(o->arena, c->labels));
	}
	object_text(root, "first_label", "%d", (int)s->first_label.number);
	object_text(root, "label_column", "%d", s->label_column.none ? -1 : (int)s->label_column.number);
	object_text(root, "transpose", "%s", boolean(s->transpose.number != 0));
	object_text(root, "scale", "%s", c_double(root->arena, s->scale.number));
	object_text(root, "classes", "%d", s->classes);
	object_flag(root, "one_hot", s->classes > 1);
	struct text dims = {.arena = root->arena};
	for (int i = 0; i < s->input.count; i++)
		text_format(&dims, "%s%ld", i ? ", " : "", s->input.integers[i]);
	object_text(root, "input_rank", "%d", s->input.count);
	object_text(root, "input", "%s", dims.text);
}

static void add_training(struct object *root, const struct target *target, const struct spec *s)
{
	object_text(root, "epochs", "%s", scalar(root->arena, &s->epochs));
	object_text(root, "batch_size", "%s", scalar(root->arena, &s->batch_size));
	object_text(root, "gpus", "%s", scalar(root->arena, &s->gpus));
	object_text(root, "seed", "%s", scalar(root->arena, &s->seed));
	object_text(root, "shuffle", "%s", boolean(s->shuffle));
	const struct loss_type *loss = (const struct loss_type *)s->loss->row;
	object_text(root, "loss", "%s", loss->row.name);
	object_text(root, "label_least", "%s", c_double(root->arena, loss->least));
	object_text(root, "label_most", "%s", c_double(root->arena, loss->most));
	object_text(root, "one_number", "%s", boolean(loss->sparse));
	object_flag(root, "metrics", false);
	for (int i = 0; i < s->n_metrics; i++)
		object_text(object_item(root, "metrics"), "log_name", "%s",
			((const struct metric_type *)s->metrics[i]->row)->log_name);
	add_optimizer(root, target, s->optimizer);
}

void view_model(struct object *root, const struct plan *p)
{
	const struct graph *g = p->graph;
	const struct spec *s = g->spec;
	object_text(root, "name", "%s", s->name);
	object_text(root, "title", "%s", c_string(root->arena, s->name));
	object_text(root, "file", "%s", c_string(root->arena, s->file));
	object_text(root, "file_comment", "%s", c_comment(root->arena, s->file));
	object_text(root, "spec", "%s", c_string(root->arena, s->source->text));
	object_text(root, "compiler", "%s", TRAINC_VERSION);
	for (const struct target *const *t = targets; *t; t++)
		object_flag(root, (*t)->name, *t == p->target);
	object_text(root, "target", "%s", p->target->name);
	object_flag(root, "on_gpus", p->target->on_gpus);
	object_text(root, "channels_first_value", "%s", boolean(s->channels_first));
	object_flag(root, "channels_first", s->channels_first && s->input.count == 3);
	object_text(root, "fuzz", "%s", c_double(root->arena, s->epsilon));
	object_text(root, "weights", "%ld", g->weights);
	object_text(root, "trainable", "%ld", g->trainable);
	object_text(root, "narrow_layers", "%s", plan_narrow_layers(root->arena, p));
	object_flag(root, "bfloat16", *plan_narrow_layers(root->arena, p) != 0);
	object_flag(root, "amx", p->amx != NULL);
	object_text(root, "narrow_layers_amx", "%s", p->amx ? plan_narrow_layers(root->arena, p->amx) : "");
	object_flag(root, "for_amx", (p->options.allowed & NEEDS_AMX) != 0);
	object_text(root, "variant", "%s", p->options.allowed & NEEDS_AMX ? "_amx" : "");
	object_text(root, "outputs", "%ld", shape_count(g->layers[g->n_layers - 1]->shape));
	add_data(root, s);
	add_training(root, p->target, s);
	add_hyperparameters(root, s);
	add_layers(root, g);
	add_parameters(root, g);
	view_exports(root, g);
}
