/* spec_check's model: the input and the list of layers, with their names. */
#include <string.h>
#include "layer.h"
#include "spec_parts.h"

enum { LAYERS_MOST = 4096 };

static const struct key input_key = {.name = "input", .kind = KIND_SHAPE, .min = 1, .max = INT_MAX};
static const char *const own_keys[] = {"name", "inputs", NULL};

/* ---- names ---- */

static const struct layer_spec *layer_named(const struct spec *s, const char *name)
{
	for (int i = 0; i < s->n_layers; i++)
		if (s->layers[i].name && !strcmp(s->layers[i].name, name))
			return &s->layers[i];
	return NULL;
}

static void read_name(struct spec_reader *r, struct layer_spec *l, const struct yaml *y)
{
	if (y->kind == YAML_SCALAR && !layer_named(r->spec, y->text))
		l->name = y->text;
	if (y->kind != YAML_SCALAR || !spec_is_name(y->text, "_")) {
		diag_error(r->diag, y->at, "a layer's name must be a letter, then at most 62 letters, digits and '_'");
		return;
	}
	if (!strcmp(y->text, "input") || !strcmp(y->text, "input_1")) {
		diag_error(r->diag, y->at, "'%s' is the name of the model's input", y->text);
		return;
	}
	if (l->name != y->text) {
		diag_error(r->diag, y->at, "layer name '%s' is taken", y->text);
		diag_hint(r->diag, "the first is on line %d", layer_named(r->spec, y->text)->at.line);
		return;
	}
	l->name_at = y->at;
}

/* Keras counts the layers of a type that have no name of their own. */
static void number_layers(struct spec_reader *r)
{
	struct spec *s = r->spec;
	for (int i = 0; i < s->n_layers; i++) {
		int number = 1;
		if (!s->layers[i].type && !s->layers[i].name)
			s->layers[i].name = "";
		if (s->layers[i].name)
			continue;
		for (int k = 0; k < i; k++)
			number += s->layers[k].type == s->layers[i].type && !s->layers[k].name_at.line;
		const char *name = arena_format(r->arena, "%s_%d", s->layers[i].type->row.name, number);
		const struct layer_spec *twin = layer_named(s, name);
		if (twin) {
			diag_error(r->diag, twin->name_at, "layer name '%s' is taken by the %s on line %d", name,
				s->layers[i].type->row.name, s->layers[i].at.line);
			diag_hint(r->diag, "layers without a name are numbered as Keras does");
		}
		s->layers[i].name = name;
	}
}

static void read_inputs(struct spec_reader *r, struct layer_spec *l, const struct yaml *y)
{
	const struct yaml *const *items = y->kind == YAML_SEQUENCE ? y->items : &y;
	int n = y->kind == YAML_SEQUENCE ? y->n : 1;
	if (y->kind == YAML_MAPPING || n == 0) {
		diag_error(r->diag, y->at, "inputs must be a list of layers' names");
		l->wrong = true;
		return;
	}
	l->inputs = ARENA_ARRAY(r->arena, const char *, n);
	l->inputs_at = ARENA_ARRAY(r->arena, struct at, n);
	for (int i = 0; i < n; i++) {
		if (items[i]->kind != YAML_SCALAR) {
			diag_error(r->diag, items[i]->at, "inputs must be a list of layers' names");
			l->wrong = true;
			continue;
		}
		l->inputs[l->n_inputs] = items[i]->text;
		l->inputs_at[l->n_inputs++] = items[i]->at;
	}
}

/* ---- layers ---- */

static const struct layer_type *find_type(struct spec_reader *r, const char *name, struct at at)
{
	int n = 0;
	for (; layer_types[n]; n++)
		if (yaml_same_word(layer_types[n]->row.name, name))
			return layer_types[n];
	const struct row **rows = ARENA_ARRAY(r->arena, const struct row *, n + 1);
	for (int i = 0; i < n; i++)
		rows[i] = &layer_types[i]->row;
	row_unknown(&r->names, rows, "layer", name, at);
	return NULL;
}

static bool no_settings(const struct yaml *y)
{
	return y->kind == YAML_SCALAR && !y->quoted && (!*y->text || !strcmp(y->text, "null") || !strcmp(y->text, "~"));
}

/* The layer's word and its settings, or NULL. */
static bool split_layer(struct spec_reader *r, const struct yaml *y, struct layer_spec *l, const char **name,
	const struct yaml **settings)
{
	*name = y->text;
	*settings = NULL;
	l->at = y->at;
	if (y->kind == YAML_SCALAR)
		return true;
	if (y->kind != YAML_MAPPING || y->n != 1) {
		diag_error(r->diag, y->at, "a layer is its type, or its type with its settings: '- conv2d: {filters: 32, kernel_size: 3}'");
		return false;
	}
	*name = y->pairs[0].key;
	l->at = y->pairs[0].at;
	*settings = no_settings(y->pairs[0].value) ? NULL : y->pairs[0].value;
	return true;
}

static void read_layer(struct spec_reader *r, const struct yaml *y)
{
	const struct yaml *settings;
	struct layer_spec *l = &r->spec->layers[r->spec->n_layers++];
	const char *name;
	if (split_layer(r, y, l, &name, &settings))
		l->type = find_type(r, name, l->at);
	if (l->type) {
		l->call = (struct call){.row = &l->type->row, .at = l->at};
		l->wrong = !values_read(&r->names, &l->type->row, settings, l->at, own_keys, &l->call.values);
	}
	if (settings && settings->kind == YAML_MAPPING && yaml_get(settings, "name"))
		read_name(r, l, yaml_get(settings, "name"));
	if (settings && settings->kind == YAML_MAPPING && yaml_get(settings, "inputs"))
		read_inputs(r, l, yaml_get(settings, "inputs"));
}

static void read_layers(struct spec_reader *r, const struct yaml *y)
{
	if (y->kind != YAML_SEQUENCE || y->n == 0) {
		diag_error(r->diag, y->at, "layers must be a list of at least one layer");
		return;
	}
	if (y->n > LAYERS_MOST) {
		diag_error(r->diag, y->at, "%d layers; at most %d are possible", y->n, LAYERS_MOST);
		return;
	}
	r->spec->layers = ARENA_ARRAY(r->arena, struct layer_spec, y->n);
	for (int i = 0; i < y->n && !diag_full(r->diag); i++)
		read_layer(r, y->items[i]);
	number_layers(r);
}

static void check_transpose(struct spec_reader *r)
{
	if (r->spec->transpose.number == 0 || r->spec->input.count != 1)
		return;
	diag_error(r->diag, r->spec->transpose.at, "transpose swaps rows and columns, and the model's input has none");
	diag_hint(r->diag, "make it an image, and put flatten behind it");
}

void spec_model(struct spec_reader *r, const struct yaml *y)
{
	static const char *const keys[] = {"input", "layers"};
	if (!spec_is_mapping(r, y, "model"))
		return;
	keys_known(&r->names, y, "model", keys, 2);
	for (int i = 0; i < 2; i++)
		if (key_missing(&r->names, y, "model", keys, 2, keys[i]))
			diag_error(r->diag, y->at, "model has no '%s'", keys[i]);
	if (yaml_get(y, "input") && !value_read(&r->names, &input_key, "model", yaml_get(y, "input"), &r->spec->input))
		r->spec->input.count = 0;
	check_transpose(r);
	if (yaml_get(y, "layers"))
		read_layers(r, yaml_get(y, "layers"));
}
