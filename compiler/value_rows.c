/* Mappings by the keys of a row: unknown and missing keys, each slip reported once. And rows by their names. */
#include <stdlib.h>
#include <string.h>
#include "keras_words.h"
#include "value_parts.h"

/* ---- keys ---- */

static bool is_known(const char *key, const char *const *known, int n)
{
	for (int i = 0; i < n; i++)
		if (yaml_same_word(key, known[i]))
			return true;
	return false;
}

static const struct keras_word *keras_key(const char *owner, const char *key)
{
	const struct keras_word *word = keras_word_find(owner, key);
	return word ? word : keras_word_find("key", key);
}

/* What an unknown key was probably meant to be, or NULL. */
static const char *meant(const char *owner, const char *key, const char *const *known, int n)
{
	const struct keras_word *word = keras_key(owner, key);
	return word ? word->ours : diag_nearest(key, known, n);
}

static void report_key(struct names *n, const struct yaml_pair *p, const char *owner, const char *const *known, int n_known)
{
	const struct keras_word *word = keras_key(owner, p->key);
	if (word && !word->ours) {
		value_unsupported(n, p->key, owner, p->at, p->value);
		diag_hint(n->diag, "%s", word->instead ? word->instead : "leave it out");
		return;
	}
	diag_error(n->diag, p->at, "unknown key '%s' for %s", p->key, owner);
	if (word)
		diag_hint(n->diag, "did you mean '%s'?", word->ours);
	else
		value_hint_names(n, p->key, known, n_known);
}

/* Whether the mapping's i-th key is an earlier one in other capitals. */
static bool is_twin(struct names *n, const struct yaml *mapping, int i)
{
	for (int k = 0; k < i; k++) {
		if (!yaml_same_word(mapping->pairs[k].key, mapping->pairs[i].key))
			continue;
		diag_error(n->diag, mapping->pairs[i].at, "'%s' and '%s' are the same key", mapping->pairs[k].key, mapping->pairs[i].key);
		diag_hint(n->diag, "the first is on line %d", mapping->pairs[k].at.line);
		return true;
	}
	return false;
}

bool keys_known(struct names *n, const struct yaml *mapping, const char *owner, const char *const *known, int n_known)
{
	bool ok = true;
	for (int i = 0; i < mapping->n && !diag_full(n->diag); i++) {
		const bool twin = is_twin(n, mapping, i), found = is_known(mapping->pairs[i].key, known, n_known);
		ok = ok && found && !twin;
		if (!found && !twin)
			report_key(n, &mapping->pairs[i], owner, known, n_known);
	}
	return ok;
}

bool key_missing(struct names *n, const struct yaml *mapping, const char *owner, const char *const *known, int n_known,
	const char *key)
{
	if (yaml_get(mapping, key))
		return false;
	for (int i = 0; i < mapping->n && !diag_full(n->diag); i++) {
		const char *unknown = mapping->pairs[i].key;
		const char *other = is_known(unknown, known, n_known) ? NULL : meant(owner, unknown, known, n_known);
		if (other && !strcmp(other, key))
			return false;
	}
	return true;
}

/* ---- the values of a row ---- */

struct known { const char **names; int n; };

static struct known known_keys(struct names *n, const struct row *row, const char *const *ignored)
{
	int count = 0;
	for (const struct key *k = row->keys; k && k->name; k++)
		count += 1 + (k->alias != NULL);
	for (const char *const *i = ignored; i && *i; i++)
		count++;
	struct known known = {ARENA_ARRAY(n->arena, const char *, count + 1), 0};
	for (const struct key *k = row->keys; k && k->name; k++)
		known.names[known.n++] = k->name;
	for (const char *const *i = ignored; i && *i; i++)
		known.names[known.n++] = *i;
	for (const struct key *k = row->keys; k && k->name; k++)
		if (k->alias)
			known.names[known.n++] = k->alias;
	return known;
}

/* The value that stands under the key's name or alias, or NULL. */
static const struct yaml *find_value(struct names *n, const struct yaml *mapping, const struct key *k)
{
	const struct yaml *y = yaml_get(mapping, k->name), *other = k->alias ? yaml_get(mapping, k->alias) : NULL;
	if (y && other)
		diag_error(n->diag, other->at, "'%s' and '%s' are the same key", k->name, k->alias);
	return y ? y : other;
}

/* "dense: 10" for "dense: {units: 10}": the first key's value alone. NULL after reporting. */
static const struct yaml *first_alone(struct names *n, const struct row *row, const struct yaml *y)
{
	struct yaml *mapping = ARENA_NEW(n->arena, struct yaml);
	struct yaml_pair *pair = ARENA_NEW(n->arena, struct yaml_pair);
	if (!row->keys || row->keys[0].kind == KIND_UNSUPPORTED) {
		diag_error(n->diag, y->at, "%s has no settings, got %s", row->name, value_words(n->arena, y));
		diag_hint(n->diag, "write '%s' alone", row->name);
		return NULL;
	}
	*pair = (struct yaml_pair){row->keys[0].name, y->at, y};
	*mapping = (struct yaml){.kind = YAML_MAPPING, .at = y->at, .n = 1, .pairs = pair};
	return mapping;
}

bool values_read(struct names *n, const struct row *row, const struct yaml *mapping, struct at at,
	const char *const *ignored, struct value **values)
{
	static const struct yaml nothing = {.kind = YAML_MAPPING};
	const struct known known = known_keys(n, row, ignored);
	*values = ARENA_ARRAY(n->arena, struct value, known.n + 1);
	if (!mapping)
		mapping = &nothing;
	if (mapping->kind != YAML_MAPPING && !(mapping = first_alone(n, row, mapping)))
		return false;
	bool ok = keys_known(n, mapping, row->name, known.names, known.n);
	for (int i = 0; row->keys && row->keys[i].name; i++) {
		const struct key *k = &row->keys[i];
		const struct yaml *y = find_value(n, mapping, k);
		if (y) {
			ok = value_read(n, k, row->name, y, &(*values)[i]) && ok;
		} else if (k->fallback) {
			value_default(n, k, at, &(*values)[i]);
		} else {
			ok = false;
			if (!key_missing(n, mapping, row->name, known.names, known.n, k->name))
				continue;
			diag_error(n->diag, at, "%s needs '%s'", row->name, k->name);
			diag_hint(n->diag, "%s: %s", k->name, k->help);
		}
	}
	return ok;
}

const struct row *row_find(const struct row *const *rows, const char *name)
{
	for (; *rows; rows++) {
		if (yaml_same_word((*rows)->name, name))
			return *rows;
		for (const char *const *alias = (*rows)->aliases; alias && *alias; alias++)
			if (yaml_same_word(*alias, name))
				return *rows;
	}
	return NULL;
}

void row_unknown(struct names *n, const struct row *const *rows, const char *what, const char *name, struct at at)
{
	int count = 0;
	for (const struct row *const *r = rows; *r; r++)
		count++;
	const char **all = ARENA_ARRAY(n->arena, const char *, count + 1);
	for (int i = 0; i < count; i++)
		all[i] = rows[i]->name;
	const char *last = strrchr(what, '_');                   /* kernel_initializer is an initializer */
	const struct keras_word *word = keras_word_find(last ? last + 1 : what, name);
	if (word && !word->ours) {
		diag_error(n->diag, at, "%s '%s' is not supported yet", what, name);
		diag_hint(n->diag, "%s", word->instead ? word->instead : "trainc layers lists all there is");
		return;
	}
	diag_error(n->diag, at, "unknown %s '%s'", what, name);
	if (word)
		diag_hint(n->diag, "did you mean '%s'?", word->ours);
	else
		value_hint_names(n, name, all, count);
}

const struct call *call_read(struct names *n, const struct row *const *rows, const char *what, const struct yaml *y)
{
	const struct yaml *keys = NULL;
	const char *name = y->text;
	struct at at = y->at;
	if (y->kind == YAML_MAPPING && y->n == 1) {
		name = y->pairs[0].key;
		at = y->pairs[0].at;
		keys = y->pairs[0].value;
	}
	if (y->kind == YAML_SEQUENCE || (y->kind == YAML_MAPPING && y->n != 1)) {
		diag_error(n->diag, y->at, "%s must be a name or one name with its settings, got %s", what,
			y->kind == YAML_SEQUENCE ? "a list" : arena_format(n->arena, "%d names", y->n));
		return NULL;
	}
	const struct row *row = row_find(rows, name);
	if (!row) {
		row_unknown(n, rows, what, name, at);
		return NULL;
	}
	if (keys && value_is_null(keys))
		keys = NULL;
	struct call *c = ARENA_NEW(n->arena, struct call);
	c->row = row;
	c->at = at;
	return values_read(n, row, keys, at, NULL, &c->values) ? c : NULL;
}

const struct value *call_value(const struct call *c, const char *name)
{
	for (int i = 0; c->row->keys && c->row->keys[i].name; i++)
		if (!strcmp(c->row->keys[i].name, name))
			return &c->values[i];
	abort();
}
