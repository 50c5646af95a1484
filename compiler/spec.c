/* spec_check: the top level, the backend and the names that several parts need. */
#include <math.h>
#include <string.h>
#include "spec_parts.h"

static const char *const formats[] = {"channels_first", "channels_last", NULL};

static const struct key backend_keys[] = {
	{.name = "image_data_format", .kind = KIND_CHOICE, .fallback = "channels_last", .choices = formats},
	{.name = "floatx", .kind = KIND_STRING, .fallback = "float32"},
	{.name = "epsilon", .kind = KIND_FLOAT, .fallback = "1e-7", .min = 1e-30, .max = 0.1},
	{.name = "backend", .kind = KIND_STRING, .fallback = "null"},
	{0},
};
static const struct row backend_row = {.name = "backend", .keys = backend_keys};

/* ---- helpers of all parts ---- */

bool spec_is_mapping(struct spec_reader *r, const struct yaml *y, const char *what)
{
	if (y->kind == YAML_MAPPING)
		return true;
	diag_error(r->diag, y->at, "%s must be a mapping of keys to values", what);
	return false;
}

bool spec_is_name(const char *text, const char *more)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t n = 0;
	if (!*text || !strchr(letters, *text))
		return false;
	while (text[n] && (strchr(letters, text[n]) || strchr("0123456789", text[n]) || strchr(more, text[n])))
		n++;
	return !text[n] && n <= 63;
}

bool spec_is_file(struct spec_reader *r, const struct value *v, const char *what)
{
	const char *text = v->text;
	bool plain = *text && *text != '/' && strlen(text) < 256;
	for (const char *p = text; *p && plain; p++)
		plain = (unsigned char)*p >= ' ' && *p != 127;
	for (const char *p = text; p && plain; p = (p = strchr(p, '/')) ? p + 1 : NULL)
		plain = strncmp(p, "..", 2) || (p[2] && p[2] != '/');
	if (plain)
		return true;
	diag_error(r->diag, v->at, "'%.60s' is no file name for %s", text, what);
	diag_hint(r->diag, "a relative path without '..'");
	return false;
}

/* ---- backend ---- */

static const char *beside(struct arena *a, const char *spec, const char *name)
{
	const char *slash = strrchr(spec, '/');
	return slash ? arena_format(a, "%.*s/%s", (int)(slash - spec), spec, name) : name;
}

/* keras.json is JSON, and so YAML. */
static const struct yaml *read_keras_json(struct spec_reader *r, const struct yaml *y)
{
	const struct yaml *root = NULL;
	if (!spec_is_file(r, &(struct value){.at = y->at, .text = y->text}, "backend"))
		return NULL;
	const char *path = beside(r->arena, r->spec->source->path, y->text);
	if (yaml_read(r->arena, path, r->diag, &root) == YAML_UNREADABLE) {
		diag_error(r->diag, y->at, "cannot read '%s', the backend's settings", path);
		diag_hint(r->diag, "a path is relative to the spec");
	}
	return root;
}

static void read_backend(struct spec_reader *r, const struct yaml *y)
{
	struct value *v;
	if (y && y->kind == YAML_SCALAR && !(y = read_keras_json(r, y)))
		return;
	if (y && !spec_is_mapping(r, y, "backend"))
		return;
	if (!values_read(&r->names, &backend_row, y, (struct at){r->spec->source, 0, 0}, NULL, &v))
		return;
	r->spec->channels_first = !strcmp(v[0].text, "channels_first");
	r->spec->epsilon = v[2].number;
	if (strcmp(v[1].text, "float32")) {
		diag_error(r->diag, v[1].at, "floatx '%s' is not supported: weights are float32", v[1].text);
		diag_hint(r->diag, "training.precision is for narrower arithmetic");
	}
}

/* ---- the top level ---- */

static void read_version(struct spec_reader *r, const struct yaml *y)
{
	if (y->kind == YAML_SCALAR && !strcmp(y->text, "1"))
		return;
	diag_error(r->diag, y->at, "version must be 1, got %s", y->kind == YAML_SCALAR ? y->text : "no number");
}

static void read_name(struct spec_reader *r, const struct yaml *y)
{
	r->spec->name = y->kind == YAML_SCALAR ? y->text : "";
	r->spec->name_at = y->at;
	if (spec_is_name(r->spec->name, "_-"))
		return;
	diag_error(r->diag, y->at, "name '%.70s' must be a letter, then at most 62 letters, digits, '_' or '-'", r->spec->name);
}

static void check_keys(struct spec_reader *r, const struct yaml *root)
{
	static const char *const keys[] = {"version", "name", "data", "model", "training", "backend", "hyperparameters", "export"};
	enum { REQUIRED = 5, ALL = sizeof keys / sizeof *keys };
	keys_known(&r->names, root, "a spec", keys, ALL);
	for (int i = 0; i < REQUIRED; i++)
		if (key_missing(&r->names, root, "a spec", keys, ALL, keys[i]))
			diag_error(r->diag, (struct at){r->spec->source, 0, 0}, "the spec has no '%s'", keys[i]);
	r->names.incomplete = !yaml_get(root, "hyperparameters")
		&& !key_missing(&r->names, root, "a spec", keys, ALL, "hyperparameters");
	if (!key_missing(&r->names, root, "a spec", keys, ALL, "export"))
		return;
	diag_warning(r->diag, (struct at){r->spec->source, 0, 0}, "the spec has no 'export': the trained model is not saved");
	diag_hint(r->diag, "export: {keras: {file: model.hd5}}");
}

/* Among errors it would mislead: what holds the $name may not have been read. */
static void warn_unused(struct spec_reader *r)
{
	for (int i = 0; i < r->spec->n_hyperparameters && !diag_errors(r->diag); i++) {
		const struct hyperparameter *h = r->spec->hyperparameters[i];
		if (h->used)
			continue;
		diag_warning(r->diag, h->at, "hyperparameter '%s' is never used", h->name);
		diag_hint(r->diag, "write $%s where its value belongs", h->name);
	}
}

static void read_parts(struct spec_reader *r, const struct yaml *root)
{
	static const struct { const char *key; void (*read)(struct spec_reader *, const struct yaml *); } parts[] = {
		{"version", read_version}, {"name", read_name}, {"hyperparameters", spec_hyperparameters}, {"data", spec_data},
		{"model", spec_model}, {"training", spec_training}, {"export", spec_export},
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct yaml *y = yaml_get(root, parts[i].key);
		if (y)
			parts[i].read(r, y);
	}
}

const struct spec *spec_check(struct arena *a, const struct yaml *y, struct diag *d)
{
	struct spec_reader r = {.arena = a, .diag = d, .names = {.arena = a, .diag = d}, .spec = ARENA_NEW(a, struct spec)};
	struct spec *s = r.spec;
	s->source = y->at.source;
	const char *slash = strrchr(s->source->path, '/');
	s->file = slash ? slash + 1 : s->source->path;
	if (!spec_is_mapping(&r, y, "a spec"))
		return NULL;
	check_keys(&r, y);
	read_backend(&r, yaml_get(y, "backend"));
	read_parts(&r, y);
	warn_unused(&r);
	return s->n_layers ? s : NULL;
}
