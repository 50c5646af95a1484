/* spec_check's hyperparameters and data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "spec_parts.h"

/* ---- hyperparameters ---- */

static const char *const types[] = {"int", "float", "bool", "string", NULL};
static const enum kind type_kinds[] = {KIND_INT, KIND_FLOAT, KIND_BOOL, KIND_STRING};

static const struct key hyperparameter_keys[] = {
	{.name = "type", .kind = KIND_CHOICE, .choices = types, .help = "int, float, bool or string"},
	{.name = "default", .kind = KIND_STRING, .help = "the value when hyperparameters.json has none"},
	{.name = "min", .kind = KIND_FLOAT, .fallback = "null"},
	{.name = "max", .kind = KIND_FLOAT, .fallback = "null"},
	{0},
};
static const struct row hyperparameter_row = {.name = "a hyperparameter", .keys = hyperparameter_keys};
static const char *const own_keys[] = {"aliases", NULL};

static bool taken(const struct spec *s, const char *name)
{
	for (int i = 0; i < s->n_hyperparameters; i++) {
		const struct hyperparameter *h = s->hyperparameters[i];
		if (!strcmp(h->name, name))
			return true;
		for (int k = 0; k < h->n_aliases; k++)
			if (!strcmp(h->aliases[k], name))
				return true;
	}
	return false;
}

static bool good_name(struct spec_reader *r, const char *name, struct at at)
{
	if (!spec_is_name(name, "_") || !strncmp(name, "sagemaker_", 10)) {
		diag_error(r->diag, at, "'%.70s' is no name for a hyperparameter", name);
		diag_hint(r->diag, "a letter, then letters, digits and '_'; sagemaker_… is the platform's");
		return false;
	}
	if (taken(r->spec, name)) {
		diag_error(r->diag, at, "hyperparameter name '%s' is taken", name);
		return false;
	}
	return true;
}

static void read_aliases(struct spec_reader *r, struct hyperparameter *h, const struct yaml *y)
{
	if (y->kind != YAML_SEQUENCE) {
		diag_error(r->diag, y->at, "aliases must be a list of names");
		return;
	}
	h->aliases = ARENA_ARRAY(r->arena, const char *, y->n + 1);
	for (int i = 0; i < y->n; i++)
		if (y->items[i]->kind != YAML_SCALAR)
			diag_error(r->diag, y->items[i]->at, "an alias must be a name");
		else if (good_name(r, y->items[i]->text, y->items[i]->at) && strcmp(y->items[i]->text, h->name))
			h->aliases[h->n_aliases++] = y->items[i]->text;
}

/* The default must be what hyperparameters.json may hold: of the type, within the bounds. */
static bool default_fits(struct spec_reader *r, const struct hyperparameter *h, const struct yaml *y)
{
	struct key k = {.name = "default", .kind = h->kind};
	struct value v;
	if (!value_read(&r->names, &k, h->name, y, &v))
		return false;
	bool low = h->has_min && v.number < h->min, high = h->has_max && v.number > h->max;
	if (low || high)
		diag_error(r->diag, y->at, "default %s of '%s' is %s %g", y->text, h->name, low ? "below its min" : "above its max",
			low ? h->min : h->max);
	return !low && !high;
}

static void read_hyperparameter(struct spec_reader *r, const struct yaml_pair *p)
{
	struct hyperparameter *h = ARENA_NEW(r->arena, struct hyperparameter);
	struct value *v;
	*h = (struct hyperparameter){.name = p->key, .at = p->at, .index = r->spec->n_hyperparameters};
	if (!good_name(r, p->key, p->at) || !spec_is_mapping(r, p->value, arena_format(r->arena, "hyperparameter '%s'", p->key))) {
		r->names.incomplete = true;
		return;
	}
	bool ok = values_read(&r->names, &hyperparameter_row, p->value, p->at, own_keys, &v);
	r->spec->hyperparameters[r->spec->n_hyperparameters++] = h;
	r->names.n_hyperparameters = r->spec->n_hyperparameters;
	for (int i = 0; v[0].text && types[i]; i++)
		if (!strcmp(v[0].text, types[i]))
			h->kind = type_kinds[i];
	h->fallback = v[1].text ? v[1].text : "";
	h->has_min = v[2].given && !v[2].none;
	h->has_max = v[3].given && !v[3].none;
	h->min = v[2].number;
	h->max = v[3].number;
	if (ok && h->has_min && h->has_max && h->min > h->max) {
		diag_error(r->diag, v[2].at, "min %g of '%s' is above its max %g", h->min, h->name, h->max);
		ok = false;
	}
	h->wrong = !ok || !default_fits(r, h, yaml_get(p->value, "default"));
	if (yaml_get(p->value, "aliases"))
		read_aliases(r, h, yaml_get(p->value, "aliases"));
}

void spec_hyperparameters(struct spec_reader *r, const struct yaml *y)
{
	r->names.incomplete = y->kind != YAML_MAPPING;
	if (!spec_is_mapping(r, y, "hyperparameters"))
		return;
	r->spec->hyperparameters = ARENA_ARRAY(r->arena, struct hyperparameter *, y->n + 1);
	r->names.hyperparameters = r->spec->hyperparameters;
	for (int i = 0; i < y->n && !diag_full(r->diag); i++)
		read_hyperparameter(r, &y->pairs[i]);
}

/* ---- data ---- */

static const char *const data_formats[] = {"idx", NULL};
static const struct key data_keys[] = {
	{.name = "format", .kind = KIND_CHOICE, .fallback = "idx", .choices = data_formats},
	{.name = "scale", .kind = KIND_FRACTION, .fallback = "1"},
	{.name = "classes", .kind = KIND_INT, .min = 1, .max = 1 << 24, .help = "labels are 0 to classes - 1; 1: a value"},
	{0},
};
static const struct row data_row = {.name = "data", .keys = data_keys};
static const char *const data_own[] = {"channels", NULL};
static const char *const data_known[] = {"format", "scale", "classes", "channels"};

static const struct key channel_keys[] = {
	{.name = "images", .kind = KIND_STRING, .help = "IDX file of the samples"},
	{.name = "labels", .kind = KIND_STRING, .help = "IDX file of their labels"},
	{0},
};
static const struct row channel_row = {.name = "a channel", .keys = channel_keys};

static const char *const channel_names[] = {"training", "validation"};

static void read_channel(struct spec_reader *r, const char *name, const struct yaml *channels, struct channel_spec *c)
{
	const struct yaml *y = yaml_get(channels, name);
	struct value *v;
	if (!y) {
		if (key_missing(&r->names, channels, "channels", channel_names, 2, name))
			diag_error(r->diag, channels->at, "channels has no '%s'", name);
		return;
	}
	if (!spec_is_mapping(r, y, "a channel") || !values_read(&r->names, &channel_row, y, y->at, NULL, &v))
		return;
	if (spec_is_file(r, &v[0], "images") && spec_is_file(r, &v[1], "labels"))
		*c = (struct channel_spec){name, v[0].text, v[1].text, y->at};
}

static void read_channels(struct spec_reader *r, const struct yaml *y)
{
	if (!spec_is_mapping(r, y, "channels"))
		return;
	keys_known(&r->names, y, "channels", channel_names, 2);
	read_channel(r, channel_names[0], y, &r->spec->training);
	read_channel(r, channel_names[1], y, &r->spec->validation);
}

void spec_data(struct spec_reader *r, const struct yaml *y)
{
	struct value *v;
	if (!spec_is_mapping(r, y, "data"))
		return;
	if (values_read(&r->names, &data_row, y, y->at, data_own, &v)) {
		r->spec->scale = v[1];
		r->spec->classes = (int)v[2].number;
		r->spec->classes_at = v[2].at;
		if (v[1].number == 0)
			diag_error(r->diag, v[1].at, "scale is 0: every sample would be the same");
	}
	if (yaml_get(y, "channels"))
		read_channels(r, yaml_get(y, "channels"));
	else if (key_missing(&r->names, y, "data", data_known, 4, "channels"))
		diag_error(r->diag, y->at, "data has no 'channels'");
}
