/* libyaml's document as our tree: aliases and merge keys resolved, and everything refused that a spec has no use for. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "yaml.h"

enum { DEEPEST = 64, NODES_MOST = 20000, BYTES_MOST = 1 << 20 };

struct reader {
	struct arena *arena;
	struct diag *diag;
	struct source *source;
	yaml_document_t document;
	int nodes;                          /* made so far, aliases expanded */
};

static struct at at_mark(const struct reader *r, yaml_mark_t m)
{
	return (struct at){r->source, (int)m.line + 1, (int)m.column + 1};
}

static struct at at_offset(const struct reader *r, size_t offset)
{
	struct at at = {r->source, 1, 1};
	for (size_t i = 0; i < offset && i < r->source->size; i++) {
		unsigned char c = (unsigned char)r->source->text[i];
		at.column = c == '\n' ? 1 : at.column + ((c & 0xc0) != 0x80);
		at.line += c == '\n';
	}
	return at;
}

/* ---- the file ---- */

static int read_source(struct reader *r, const char *path)
{
	struct text t = {.arena = r->arena};
	char part[1 << 14];
	size_t n;
	FILE *f = fopen(path, "rb");
	if (!f)
		return -1;
	text_add(&t, "");
	while (t.size <= BYTES_MOST && (n = fread(part, 1, sizeof part, f)) > 0)
		text_add_bytes(&t, part, n);
	int error = ferror(f) ? errno : 0;
	fclose(f);
	errno = error;
	r->source->path = arena_copy(r->arena, path, strlen(path));
	r->source->text = text_behind_mark(t.text);
	r->source->size = t.size - (size_t)(r->source->text - t.text);
	return error ? -1 : 0;
}

/* By its byte order mark, or since its first character is an ASCII one. */
static bool is_utf16(const struct source *s)
{
	const char *p = s->text;
	return s->size >= 2 && (!memcmp(p, "\xff\xfe", 2) || !memcmp(p, "\xfe\xff", 2) || !p[0] != !p[1]);
}

/* ---- nodes ---- */

static const struct yaml *convert(struct reader *r, int index, int depth);

static bool plain_tag(const char *tag)
{
	static const char *const plain[] = {YAML_STR_TAG, YAML_INT_TAG, YAML_FLOAT_TAG, YAML_BOOL_TAG, YAML_NULL_TAG,
		YAML_SEQ_TAG, YAML_MAP_TAG};
	for (size_t i = 0; tag && i < sizeof plain / sizeof *plain; i++)
		if (!strcmp(tag, plain[i]))
			return true;
	return !tag;
}

static bool accept_node(struct reader *r, const yaml_node_t *node, int depth)
{
	struct at at = at_mark(r, node->start_mark);
	if (!plain_tag((const char *)node->tag)) {
		diag_error(r->diag, at, "tag '%s' is refused: a spec holds plain data only", (const char *)node->tag);
		diag_hint(r->diag, "leave the tag out");
		return false;
	}
	if (depth > DEEPEST) {
		diag_error(r->diag, at, "nested deeper than %d levels", DEEPEST);
		return false;
	}
	if (++r->nodes > NODES_MOST) {
		if (r->nodes == NODES_MOST + 1)
			diag_error(r->diag, at, "more than %d values; aliases multiply what they repeat", NODES_MOST);
		return false;
	}
	return true;
}

static bool convert_scalar(struct reader *r, const yaml_node_t *node, struct yaml *y)
{
	y->kind = YAML_SCALAR;
	y->text = arena_copy(r->arena, (const char *)node->data.scalar.value, node->data.scalar.length);
	y->quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (strlen(y->text) == node->data.scalar.length)
		return true;
	diag_error(r->diag, y->at, "a NUL character has no place in a spec");
	return false;
}

static bool convert_sequence(struct reader *r, const yaml_node_t *node, struct yaml *y, int depth)
{
	const yaml_node_item_t *items = node->data.sequence.items.start;
	int n = (int)(node->data.sequence.items.top - items);
	y->kind = YAML_SEQUENCE;
	y->items = ARENA_ARRAY(r->arena, const struct yaml *, n + 1);
	for (int i = 0; i < n; i++)
		if (!(y->items[y->n++] = convert(r, items[i], depth + 1)))
			return false;
	return true;
}

/* ---- mappings ---- */

struct pairs { struct yaml_pair *list; int n, capacity; };

static struct yaml_pair *find_pair(const struct pairs *p, const char *key)
{
	for (int i = 0; i < p->n; i++)
		if (!strcmp(p->list[i].key, key))
			return &p->list[i];
	return NULL;
}

static void add_pair(struct reader *r, struct pairs *p, struct yaml_pair pair)
{
	if (p->n == p->capacity) {
		p->capacity = p->capacity ? 2 * p->capacity : 8;
		struct yaml_pair *more = ARENA_ARRAY(r->arena, struct yaml_pair, p->capacity);
		if (p->n)
			memcpy(more, p->list, sizeof *more * (size_t)p->n);
		p->list = more;
	}
	p->list[p->n++] = pair;
}

/* Keys of merged mappings hold only where the mapping itself, and those merged before, have none. */
static bool merge(struct reader *r, struct pairs *p, const struct yaml *from)
{
	if (from->kind == YAML_SEQUENCE) {
		for (int i = 0; i < from->n; i++)
			if (from->items[i]->kind != YAML_MAPPING || !merge(r, p, from->items[i]))
				goto wrong;
		return true;
	}
	if (from->kind != YAML_MAPPING)
		goto wrong;
	for (int i = 0; i < from->n; i++)
		if (!find_pair(p, from->pairs[i].key))
			add_pair(r, p, from->pairs[i]);
	return true;
wrong:
	diag_error(r->diag, from->at, "<< merges a mapping or a list of mappings");
	return false;
}

static bool convert_key(struct reader *r, const yaml_node_t *node, const char **key)
{
	struct at at = at_mark(r, node->start_mark);
	if (node->type != YAML_SCALAR_NODE || !node->data.scalar.length) {
		diag_error(r->diag, at, "a key must be a word");
		return false;
	}
	*key = arena_copy(r->arena, (const char *)node->data.scalar.value, node->data.scalar.length);
	if (strlen(*key) == node->data.scalar.length)
		return true;
	diag_error(r->diag, at, "a NUL character has no place in a spec");
	return false;
}

static bool convert_mapping(struct reader *r, const yaml_node_t *node, struct yaml *y, int depth)
{
	struct pairs own = {0};
	const struct yaml *merged[16];
	int n_merged = 0;
	y->kind = YAML_MAPPING;
	for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
		const yaml_node_t *key_node = yaml_document_get_node(&r->document, p->key);
		struct yaml_pair pair = {.at = at_mark(r, key_node->start_mark)};
		if (!convert_key(r, key_node, &pair.key) || !(pair.value = convert(r, p->value, depth + 1)))
			return false;
		const struct yaml_pair *twin = find_pair(&own, pair.key);
		if (!strcmp(pair.key, "<<") && n_merged < 16) {
			merged[n_merged++] = pair.value;
		} else if (twin) {
			diag_error(r->diag, pair.at, "key '%s' stands here twice", pair.key);
			diag_hint(r->diag, "the first is on line %d", twin->at.line);
		} else {
			add_pair(r, &own, pair);
		}
	}
	for (int i = 0; i < n_merged; i++)
		if (!merge(r, &own, merged[i]))
			return false;
	y->pairs = own.list;
	y->n = own.n;
	return true;
}

static const struct yaml *convert(struct reader *r, int index, int depth)
{
	const yaml_node_t *node = yaml_document_get_node(&r->document, index);
	struct yaml *y = ARENA_NEW(r->arena, struct yaml);
	bool ok = accept_node(r, node, depth);
	y->at = at_mark(r, node->start_mark);
	if (ok && node->type == YAML_SCALAR_NODE)
		ok = convert_scalar(r, node, y);
	else if (ok && node->type == YAML_SEQUENCE_NODE)
		ok = convert_sequence(r, node, y, depth);
	else if (ok)
		ok = convert_mapping(r, node, y, depth);
	return ok ? y : NULL;
}

/* ---- documents ---- */

static void report_parser(struct reader *r, const yaml_parser_t *p)
{
	const char *what = p->problem ? p->problem : "not YAML";
	if (p->error == YAML_READER_ERROR)
		diag_error(r->diag, at_offset(r, p->problem_offset), "%s", what);
	else
		diag_error(r->diag, at_mark(r, p->problem_mark), "%s%s%s", what, p->context ? " " : "", p->context ? p->context : "");
}

static void open_parser(struct reader *r, yaml_parser_t *p)
{
	if (!yaml_parser_initialize(p))
		abort();
	yaml_parser_set_encoding(p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(p, (const unsigned char *)r->source->text, r->source->size);
}

/* Whether the event leaves the document within bounds; depth and nodes count on. */
static bool accept_event(struct reader *r, const yaml_event_t *e, int *depth, int *nodes)
{
	bool opens = e->type == YAML_SEQUENCE_START_EVENT || e->type == YAML_MAPPING_START_EVENT;
	*depth += opens - (e->type == YAML_SEQUENCE_END_EVENT || e->type == YAML_MAPPING_END_EVENT);
	*nodes += opens || e->type == YAML_SCALAR_EVENT || e->type == YAML_ALIAS_EVENT;
	if (*depth > DEEPEST)
		diag_error(r->diag, at_mark(r, e->start_mark), "nested deeper than %d levels", DEEPEST);
	else if (*nodes > 2 * NODES_MOST)                       /* keys are nodes here */
		diag_error(r->diag, at_mark(r, e->start_mark), "more than %d values", NODES_MOST);
	return *depth <= DEEPEST && *nodes <= 2 * NODES_MOST;
}

/* A pass over the events alone, which stops where the document is too deep: libyaml's loader takes minutes for a megabyte of
 * brackets. */
static bool within_bounds(struct reader *r)
{
	yaml_parser_t p;
	yaml_event_t e;
	int depth = 0, nodes = 0;
	bool ok = true, last = false;
	open_parser(r, &p);
	while (ok && !last) {
		if (!yaml_parser_parse(&p, &e)) {
			report_parser(r, &p);
			ok = false;
			break;
		}
		last = e.type == YAML_STREAM_END_EVENT;
		ok = accept_event(r, &e, &depth, &nodes);
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&p);
	return ok;
}

/* Another document behind the first has no meaning in a spec. */
static void refuse_second(struct reader *r, yaml_parser_t *p)
{
	yaml_document_t second;
	if (!yaml_parser_load(p, &second)) {
		report_parser(r, p);
		return;
	}
	if (yaml_document_get_root_node(&second))
		diag_error(r->diag, at_mark(r, second.start_mark), "a second document: a spec is one");
	yaml_document_delete(&second);
}

static const struct yaml *parse(struct reader *r)
{
	yaml_parser_t p;
	const struct yaml *root = NULL;
	open_parser(r, &p);
	if (!yaml_parser_load(&p, &r->document)) {
		report_parser(r, &p);
	} else {
		if (yaml_document_get_root_node(&r->document))
			root = convert(r, 1, 0);
		else
			diag_error(r->diag, (struct at){r->source, 0, 0}, "the spec is empty");
		refuse_second(r, &p);
		yaml_document_delete(&r->document);
	}
	yaml_parser_delete(&p);
	return root;
}

enum yaml_status yaml_read(struct arena *a, const char *path, struct diag *d, const struct yaml **root)
{
	struct reader r = {.arena = a, .diag = d, .source = ARENA_NEW(a, struct source)};
	if (read_source(&r, path))
		return YAML_UNREADABLE;
	if (is_utf16(r.source)) {
		r.source->text = NULL;                          /* no line of it can be shown */
		diag_error(d, (struct at){r.source, 0, 0}, "this is UTF-16, and a spec is UTF-8");
		diag_hint(d, "save it as UTF-8, or: iconv -f UTF-16 -t UTF-8");
		return YAML_WRONG;
	}
	const char *nul = memchr(r.source->text, 0, r.source->size);
	if (nul) {
		diag_error(d, at_offset(&r, (size_t)(nul - r.source->text)), "a NUL byte has no place in a spec");
		return YAML_WRONG;
	}
	if (r.source->size > BYTES_MOST) {
		diag_error(d, (struct at){r.source, 0, 0}, "larger than %d MiB", BYTES_MOST >> 20);
		return YAML_WRONG;
	}
	*root = within_bounds(&r) ? parse(&r) : NULL;
	return *root ? YAML_OK : YAML_WRONG;
}

bool yaml_same_word(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "_");
		b += strspn(b, "_");
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

const struct yaml *yaml_get(const struct yaml *mapping, const char *key)
{
	for (int i = 0; i < mapping->n; i++)
		if (yaml_same_word(mapping->pairs[i].key, key))
			return mapping->pairs[i].value;
	return NULL;
}
