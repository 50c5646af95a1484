/* Values by kind: one reader a kind, in a table. Scalars are read by what the key wants, so that y and on stay strings. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "value_parts.h"

struct reading { struct names *names; const struct key *key; const char *owner; };

const char *value_words(struct arena *a, const struct yaml *y)
{
	if (y->kind == YAML_SCALAR)
		return y->quoted ? arena_format(a, "the string \"%.40s\"", y->text)
			: *y->text ? arena_format(a, "'%.40s'", y->text) : "nothing";
	return y->kind == YAML_SEQUENCE ? "a list" : "a mapping";
}

static bool wrong(const struct reading *r, const struct yaml *y, const char *wanted)
{
	diag_error(r->names->diag, y->at, "'%s' of %s must be %s, got %s", r->key->name, r->owner, wanted,
		value_words(r->names->arena, y));
	return false;
}

bool number_read(const char *text, double *x)
{
	char *end;
	if (!*text || strpbrk(text, "xXpPnNiI \t"))             /* no hexadecimal, no nan, no inf */
		return false;
	errno = 0;
	*x = strtod(text, &end);
	return !*end && isfinite(*x);
}

static bool integer_read(const struct yaml *y, long *i)
{
	char *end;
	if (y->kind != YAML_SCALAR || y->quoted || !*y->text || strchr(" \t\n+", *y->text))
		return false;
	const char *digits = y->text + (*y->text == '-');
	if (*digits == '0' && digits[1])                        /* octal to some readers of YAML */
		return false;
	errno = 0;
	*i = strtol(y->text, &end, 10);
	return !*end && !errno && *i <= INT_MAX && *i >= -(long)INT_MAX;
}

/* ---- one reader a kind ---- */

static bool read_int(struct reading *r, const struct yaml *y, struct value *v)
{
	if (!integer_read(y, &v->integers[0]))
		return wrong(r, y, "a whole number up to 2147483647");
	v->number = (double)v->integers[0];
	v->count = 1;
	return true;
}

static bool read_float(struct reading *r, const struct yaml *y, struct value *v)
{
	if (y->kind != YAML_SCALAR || y->quoted || !number_read(y->text, &v->number))
		return wrong(r, y, "a number");
	return true;
}

static bool read_bool(struct reading *r, const struct yaml *y, struct value *v)
{
	static const char *const words[] = {"false", "true", "False", "True", "FALSE", "TRUE"};
	for (int i = 0; i < 6 && y->kind == YAML_SCALAR && !y->quoted; i++) {
		if (!strcmp(y->text, words[i])) {
			v->number = i % 2;
			return true;
		}
	}
	return wrong(r, y, "true or false");
}

static bool read_string(struct reading *r, const struct yaml *y, struct value *v)
{
	if (y->kind != YAML_SCALAR)
		return wrong(r, y, "a string");
	v->text = y->text;
	return true;
}

static bool read_choice(struct reading *r, const struct yaml *y, struct value *v)
{
	struct text list = {.arena = r->names->arena};
	int n = 0;
	for (; r->key->choices[n]; n++) {
		text_format(&list, "%s%s", n ? ", " : "", r->key->choices[n]);
		if (y->kind == YAML_SCALAR && yaml_same_word(y->text, r->key->choices[n])) {
			v->text = r->key->choices[n];
			return true;
		}
	}
	wrong(r, y, arena_format(r->names->arena, "one of %s", list.text));
	if (y->kind == YAML_SCALAR)
		diag_suggest(r->names->diag, y->text, r->key->choices, n);
	return false;
}

static bool read_pair(struct reading *r, const struct yaml *y, struct value *v)
{
	bool ok = true;
	v->count = 2;
	if (integer_read(y, &v->integers[0])) {
		v->integers[1] = v->integers[0];
		return true;
	}
	if (y->kind != YAML_SEQUENCE || y->n != 2)
		return wrong(r, y, "a whole number or a list of two");
	for (int i = 0; i < 2; i++)
		ok = integer_read(y->items[i], &v->integers[i]) && ok;
	return ok || wrong(r, y, "a whole number or a list of two");
}

static bool read_padding(struct reading *r, const struct yaml *y, struct value *v)
{
	static const char wanted[] = "n, [height, width] or [[top, bottom], [left, right]]";
	v->count = 4;
	if (integer_read(y, &v->integers[0])) {
		for (int i = 1; i < 4; i++)
			v->integers[i] = v->integers[0];
		return true;
	}
	if (y->kind != YAML_SEQUENCE || y->n != 2)
		return wrong(r, y, wanted);
	for (int i = 0; i < 2; i++) {
		const struct yaml *side = y->items[i];
		long *to = &v->integers[2 * i];
		if (side->kind == YAML_SEQUENCE && side->n == 2) {
			if (!integer_read(side->items[0], &to[0]) || !integer_read(side->items[1], &to[1]))
				return wrong(r, y, wanted);
		} else if (integer_read(side, &to[0])) {
			to[1] = to[0];
		} else {
			return wrong(r, y, wanted);
		}
	}
	return true;
}

static bool read_shape(struct reading *r, const struct yaml *y, struct value *v)
{
	if (y->kind != YAML_SEQUENCE || y->n < 1 || y->n > 3)
		return wrong(r, y, "a list of one to three sizes");
	v->count = y->n;
	for (int i = 0; i < y->n; i++)
		if (!integer_read(y->items[i], &v->integers[i]))
			return wrong(r, y->items[i], "a list of one to three sizes");
	return true;
}

static bool read_fraction(struct reading *r, const struct yaml *y, struct value *v)
{
	if (y->kind == YAML_SCALAR && number_read(y->text, &v->number))
		return true;
	const char *slash = y->kind == YAML_SCALAR ? strchr(y->text, '/') : NULL;
	double over, under;
	if (!slash || !number_read(arena_copy(r->names->arena, y->text, (size_t)(slash - y->text)), &over)
	    || !number_read(slash + 1, &under) || under == 0 || !isfinite(over / under))
		return wrong(r, y, "a number or a fraction such as 1/255");
	v->number = over / under;
	return true;
}

static bool read_row(struct reading *r, const struct yaml *y, struct value *v)
{
	v->call = call_read(r->names, r->key->rows, r->key->name, y);
	return v->call != NULL;
}

static void add_word(struct text *t, const char *word)
{
	if (isalpha((unsigned char)*word) && t->size < 100)
		text_format(t, "%s%.40s", t->size ? ", " : ": ", word);
}

/* Adds the words that y holds as names: "EarlyStopping, TensorBoard". */
static void add_words(struct text *t, const struct yaml *y)
{
	if (y->kind == YAML_SCALAR)
		add_word(t, y->text);
	for (int i = 0; i < y->n; i++)
		if (y->kind == YAML_MAPPING)
			add_word(t, y->pairs[i].key);
		else
			add_words(t, y->items[i]);
}

void value_unsupported(struct names *n, const char *key, const char *owner, struct at at, const struct yaml *value)
{
	struct text words = {.arena = n->arena};
	add_words(&words, value);
	diag_error(n->diag, at, "'%s' of %s is not supported yet%s", key, owner, words.size ? words.text : "");
}

static bool read_unsupported(struct reading *r, const struct yaml *y, struct value *v)
{
	(void)v;
	value_unsupported(r->names, r->key->name, r->owner, y->at, y);
	diag_hint(r->names->diag, "leave it out, or write null");
	return false;
}

static bool (*const readers[])(struct reading *, const struct yaml *, struct value *) = {
	[KIND_INT] = read_int, [KIND_FLOAT] = read_float, [KIND_BOOL] = read_bool, [KIND_STRING] = read_string,
	[KIND_CHOICE] = read_choice, [KIND_PAIR] = read_pair, [KIND_PADDING] = read_padding, [KIND_SHAPE] = read_shape,
	[KIND_FRACTION] = read_fraction, [KIND_ROW] = read_row, [KIND_UNSUPPORTED] = read_unsupported,
};

/* ---- ranges and hyperparameters ---- */

static bool in_range(const struct reading *r, struct at at, double x)
{
	const struct key *k = r->key;
	struct diag *d = r->names->diag;
	if (k->min == 0 && k->max == 0)
		return true;
	if (x >= k->min && (k->below_max ? x < k->max : x <= k->max))
		return true;
	if (k->max >= INT_MAX)
		diag_error(d, at, "'%s' of %s must be at least %.10g, got %.10g", k->name, r->owner, k->min, x);
	else
		diag_error(d, at, "'%s' of %s must be at least %.10g and %s %.10g, got %.10g", k->name, r->owner, k->min,
			k->below_max ? "below" : "at most", k->max, x);
	return false;
}

/* Where the i-th of the value's n integers stands. */
static struct at integer_at(const struct yaml *y, int i, int n)
{
	if (y->kind != YAML_SEQUENCE)
		return y->at;
	int each = n / y->n;
	return integer_at(y->items[i / each], i % each, each);
}

static bool ranges_hold(const struct reading *r, const struct yaml *y, const struct value *v)
{
	if (r->key->kind == KIND_FLOAT || r->key->kind == KIND_INT)
		return in_range(r, y->at, v->number);
	for (int i = 0; i < v->count; i++)
		if (!in_range(r, integer_at(y, i, v->count), (double)v->integers[i]))
			return false;
	return true;
}

static struct hyperparameter *hyperparameter_find(struct names *n, const char *name)
{
	for (int i = 0; i < n->n_hyperparameters; i++)
		if (!strcmp(n->hyperparameters[i]->name, name))
			return n->hyperparameters[i];
	return NULL;
}

void value_hint_names(struct names *n, const char *found, const char *const *known, int count)
{
	enum { FEW = 12 };
	struct text t = {.arena = n->arena};
	for (int i = 0; i < count && count <= FEW; i++)
		text_format(&t, "%s%s", i ? ", " : count > 1 ? "one of " : "", known[i]);
	if (t.size)
		diag_hint(n->diag, "%s", t.text);
	diag_suggest(n->diag, found, known, count);
}

static bool unknown_hyperparameter(struct reading *r, const struct yaml *y)
{
	struct names *n = r->names;
	const char **all = ARENA_ARRAY(n->arena, const char *, n->n_hyperparameters + 1);
	if (n->incomplete)
		return false;
	for (int i = 0; i < n->n_hyperparameters; i++)
		all[i] = n->hyperparameters[i]->name;
	diag_error(n->diag, y->at, "hyperparameter '%s' is not declared", y->text + 1);
	diag_hint(n->diag, "declare it under hyperparameters, with type and default");
	diag_suggest(n->diag, y->text + 1, all, n->n_hyperparameters);
	return false;
}

/* The key's bounds become the hyperparameter's, so that they hold at start too. Weights are floats: the largest below 1
 * is a float's. */
static void narrow(struct hyperparameter *h, const struct key *k)
{
	double max = k->below_max ? (double)nextafterf((float)k->max, 0) : k->max;
	if (k->min == 0 && k->max == 0)
		return;
	if (!h->has_min || h->min < k->min)
		h->min = k->min;
	h->has_min = true;
	if (isinf(max))
		return;
	if (!h->has_max || h->max > max)
		h->max = max;
	h->has_max = true;
}

/* $name: its default stands in while compiling; the number itself is known at start. */
static bool read_hyperparameter(struct reading *r, const struct yaml *y, struct value *v)
{
	struct hyperparameter *h = hyperparameter_find(r->names, y->text + 1);
	if (!h)
		return unknown_hyperparameter(r, y);
	h->used = true;
	if (!r->key->runtime) {
		diag_error(r->names->diag, y->at, "'%s' of %s is fixed when the program is compiled: $%s cannot stand here", r->key->name,
			r->owner, h->name);
		diag_hint(r->names->diag, "write the value itself");
		return false;
	}
	if ((h->kind != KIND_INT && h->kind != KIND_FLOAT) || (r->key->kind == KIND_INT && h->kind != KIND_INT)) {
		diag_error(r->names->diag, y->at, "'%s' of %s must be %s, and hyperparameter '%s' is not", r->key->name, r->owner,
			r->key->kind == KIND_INT ? "a whole number" : "a number", h->name);
		return false;
	}
	v->hyperparameter = h;
	v->number = strtod(h->fallback, NULL);
	v->integers[0] = (long)v->number;
	v->count = r->key->kind == KIND_INT;
	narrow(h, r->key);
	return h->wrong || in_range(r, y->at, v->number);
}

bool value_is_null(const struct yaml *y)
{
	return y->kind == YAML_SCALAR && !y->quoted && (!*y->text || !strcmp(y->text, "null") || !strcmp(y->text, "~")
		|| !strcmp(y->text, "None"));
}

bool value_read(struct names *n, const struct key *k, const char *owner, const struct yaml *y, struct value *v)
{
	struct reading r = {n, k, owner};
	*v = (struct value){.at = y->at, .given = true};
	if (value_is_null(y) && k->fallback && !strcmp(k->fallback, "null")) {
		v->none = true;
		return true;
	}
	if (value_is_null(y) && k->nullable) {
		value_default(n, k, y->at, v);
		return true;
	}
	if (y->kind == YAML_SCALAR && !y->quoted && y->text[0] == '$')
		return read_hyperparameter(&r, y, v);
	return readers[k->kind](&r, y, v) && ranges_hold(&r, y, v);
}

/* Defaults are YAML of one line: a scalar or [a, b]. */
void value_default(struct names *n, const struct key *k, struct at at, struct value *v)
{
	struct yaml y = {.at = at, .text = k->fallback}, items[2];
	const struct yaml *list[] = {&items[0], &items[1]};
	if (k->fallback[0] == '[') {
		char *text = arena_copy(n->arena, k->fallback + 1, strlen(k->fallback) - 2), *comma = strchr(text, ',');
		*comma = 0;
		items[0] = (struct yaml){.at = at, .text = text};
		items[1] = (struct yaml){.at = at, .text = comma + 2};
		y = (struct yaml){.kind = YAML_SEQUENCE, .at = at, .n = 2, .items = list};
	}
	value_read(n, k, "a default", &y, v);
	v->given = false;
}
