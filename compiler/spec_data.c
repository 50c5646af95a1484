/* spec_check's hyperparameters and data. */
#include <limits.h>
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
enum { FORMAT, SCALE, CLASSES, FIRST_LABEL, LABEL_COLUMN, TRANSPOSE };
static const struct key data_keys[] = {
	[FORMAT] = {.name = "format", .kind = KIND_CHOICE, .fallback = "idx", .choices = data_formats},
	[SCALE] = {.name = "scale", .kind = KIND_FRACTION, .fallback = "1"},
	[CLASSES] = {.name = "classes", .kind = KIND_INT, .min = 1, .max = 1 << 24, .help = "how many there are; 1: a label is a value"},
	[FIRST_LABEL] = {.name = "first_label", .kind = KIND_INT, .fallback = "0", .min = -(1 << 24), .max = 1 << 24,
		.help = "the number that the files have for the first class"},
	[LABEL_COLUMN] = {.name = "label_column", .kind = KIND_INT, .fallback = "null", .max = INT_MAX,
		.help = "which of several numbers per sample is the label"},
	[TRANSPOSE] = {.name = "transpose", .kind = KIND_BOOL, .fallback = "false",
		.help = "the files hold images with rows and columns swapped"},
	{0},
};
static const struct row data_row = {.name = "data", .keys = data_keys};
static const char *const data_own[] = {"channels", NULL};
static const char *const data_known[] = {"format", "scale", "classes", "channels"};

enum { IMAGES, LABELS, CHANNEL };
static const struct key channel_keys[] = {
	[IMAGES] = {.name = "images", .kind = KIND_STRING, .help = "IDX file of the samples"},
	[LABELS] = {.name = "labels", .kind = KIND_STRING, .help = "IDX file of their labels"},
	[CHANNEL] = {.name = "channel", .kind = KIND_STRING, .fallback = "null", .help = "the job's channel; left out: the role's word"},
	{0},
};
static const struct row channel_row = {.name = "a channel", .keys = channel_keys};

static const char *const role_words[] = {"training", "train", "validation", "val", "test", "eval"};
enum { WORDS = sizeof role_words / sizeof *role_words, TRAINING_WORDS = 2 };

static int role_find(const char *word)
{
	for (int i = 0; i < WORDS; i++)
		if (!strcmp(word, role_words[i]))
			return i < TRAINING_WORDS ? CHANNEL_TRAINING : CHANNEL_VALIDATION;
	return -1;
}

/* As the platform has it; 'model' is where a job finds initial weights. */
static bool is_channel_name(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	return *text && *text != '.' && !text[strspn(text, letters)] && strlen(text) < 64 && strcmp(text, "model");
}

static void read_channel(struct spec_reader *r, const struct yaml_pair *p, struct channel_spec *c)
{
	struct value *v;
	if (!spec_is_mapping(r, p->value, "a channel") ||
		!values_read(&r->names, &channel_row, p->value, p->value->at, NULL, &v))
		return;
	const char *name = v[CHANNEL].none ? p->key : v[CHANNEL].text;
	if (!is_channel_name(name)) {
		diag_error(r->diag, v[CHANNEL].at, "'%.70s' is no name for a channel", name);
		diag_hint(r->diag, "at most 63 letters, digits, '_', '-' and '.'; 'model' holds initial weights");
	} else if (spec_is_file(r, &v[IMAGES], "images") && spec_is_file(r, &v[LABELS], "labels")) {
		*c = (struct channel_spec){name, v[IMAGES].text, v[LABELS].text, p->value->at};
	}
}

static void warn_same(struct spec_reader *r)
{
	const struct channel_spec *training = &r->spec->channels[CHANNEL_TRAINING], *c = &r->spec->channels[CHANNEL_VALIDATION];
	if (!training->name || !c->name || strcmp(training->name, c->name) || strcmp(training->images, c->images))
		return;
	diag_warning(r->diag, c->at, "validation has the images that training has: it tells nothing about others");
	diag_hint(r->diag, "without a validation channel there is no validation");
}

static void read_channels(struct spec_reader *r, const struct yaml *y)
{
	const char *given[CHANNELS] = {NULL};
	if (!spec_is_mapping(r, y, "channels"))
		return;
	bool known = keys_known(&r->names, y, "channels", role_words, WORDS);
	for (int i = 0; i < y->n; i++) {
		const struct yaml_pair *p = &y->pairs[i];
		const int role = role_find(p->key);
		if (role >= 0 && given[role])
			diag_error(r->diag, p->at, "'%s' is the same role as '%s' above", p->key, given[role]);
		else if (role >= 0)
			read_channel(r, p, &r->spec->channels[role]);
		if (role >= 0)
			given[role] = p->key;
	}
	if (known && !given[CHANNEL_TRAINING])
		diag_error(r->diag, y->at, "channels has no 'training'");
	warn_same(r);
}

void spec_data(struct spec_reader *r, const struct yaml *y)
{
	struct spec *s = r->spec;
	struct value *v;
	if (!spec_is_mapping(r, y, "data"))
		return;
	if (values_read(&r->names, &data_row, y, y->at, data_own, &v)) {
		s->scale = v[SCALE];
		s->classes = (int)v[CLASSES].number;
		s->classes_at = v[CLASSES].at;
		s->first_label = v[FIRST_LABEL];
		s->label_column = v[LABEL_COLUMN];
		s->transpose = v[TRANSPOSE];
		if (v[SCALE].number == 0)
			diag_error(r->diag, v[SCALE].at, "scale is 0: every sample would be the same");
	}
	if (yaml_get(y, "channels"))
		read_channels(r, yaml_get(y, "channels"));
	else if (key_missing(&r->names, y, "data", data_known, 4, "channels"))
		diag_error(r->diag, y->at, "data has no 'channels'");
}
