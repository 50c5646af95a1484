/* Requests as JSON: {"instances": [...]} or the array alone. Numbers are kept as they go by: a tree of them would cost more
 * than the model. Nothing is believed of arrays that have not been seen to their end. */
#include "serve.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RANK_MOST = 8 };

enum value { A_NUMBER, A_STRING, AN_ARRAY, AN_OBJECT, NOTHING, A_BOOLEAN };

static const struct { const char *begin; enum value value; const char *name; } values[] = {
	{"[", AN_ARRAY, "an array"}, {"{", AN_OBJECT, "an object"}, {"\"", A_STRING, "a string"}, {"null", NOTHING, "null"},
	{"true", A_BOOLEAN, "a boolean"}, {"false", A_BOOLEAN, "a boolean"},
};

struct walk {
	const char *body, *at; size_t size; /* at: how far it has been read; a NUL is behind the body */
	bool found;                         /* instances was there */
	int depth, rank;                    /* arrays that are open; arrays around a number, 0 while that is not known */
	size_t sizes[RANK_MOST], items[RANK_MOST];  /* of arrays by depth; how many of each open one there were */
	bool known[RANK_MOST];              /* sizes: the first array of this depth has ended */
	float *values; size_t n;            /* room for all that the body can hold */
};

/* ---- letters ---- */

static void skip_blanks(struct walk *w)
{
	while (*w->at == ' ' || *w->at == '\n' || *w->at == '\t' || *w->at == '\r')
		w->at++;
}

/* Goes on behind letter and blanks, if it comes next. */
static bool take(struct walk *w, char letter)
{
	if (*w->at != letter)
		return false;
	w->at++;
	skip_blanks(w);
	return true;
}

static int fail_syntax(const struct walk *w)
{
	return rt_fail(RT_DATA_ERROR, "the request is not JSON: see byte %zu of %zu", (size_t)(w->at - w->body), w->size);
}

/* Behind a string's closing quote, with what stands between them. */
static int take_string(struct walk *w, const char **text, size_t *size)
{
	if (*w->at != '"')
		return fail_syntax(w);
	*text = ++w->at;
	for (; *w->at != '"'; w->at++) {
		w->at += *w->at == '\\';
		if ((unsigned char)*w->at < ' ')
			return fail_syntax(w);
	}
	*size = (size_t)(w->at - *text);
	take(w, '"');
	return 0;
}

static int take_number(struct walk *w, float *number)
{
	const char *end = rt_read_number(w->at, number, true);
	if (!end)
		return fail_syntax(w);
	w->at = end;
	skip_blanks(w);
	return 0;
}

static bool is_number(const struct walk *w)
{
	return *w->at == '-' || (*w->at >= '0' && *w->at <= '9');
}

/* Which kind of value comes next, and what it is called. */
static enum value kind_of_next(const struct walk *w, const char **name)
{
	for (size_t i = 0; !is_number(w) && i < sizeof values / sizeof *values; i++)
		if (!strncmp(w->at, values[i].begin, strlen(values[i].begin))) {
			*name = values[i].name;
			return values[i].value;
		}
	*name = "a number";
	return A_NUMBER;
}

/* ---- arrays ---- */

/* Where in the request: instances[3][0][5]. */
static const char *place(const struct walk *w, int depth, char text[128])
{
	size_t used = (size_t)snprintf(text, 128, "instances");
	for (int i = 0; i < depth && used < 128; i++)
		used += (size_t)snprintf(text + used, 128 - used, "[%zu]", w->items[i]);
	return text;
}

static int refuse(const struct walk *w, const char *found)
{
	char where[128];
	place(w, w->depth, where);
	if (w->rank && w->depth < w->rank)
		return rt_fail(RT_DATA_ERROR, "%s is %s; an array of %zu is wanted", where, found, w->sizes[w->depth]);
	return rt_fail(RT_DATA_ERROR, "%s is %s; a number is wanted", where, found);
}

static int read_number(struct walk *w)
{
	char where[128];
	float *number = &w->values[w->n];
	if (take_number(w, number))
		return -1;
	if (!w->rank)
		w->rank = w->depth;
	if (w->depth != w->rank)
		return refuse(w, "a number");
	if (!isfinite(*number))
		return rt_fail(RT_DATA_ERROR, "%s is too large for a float", place(w, w->depth, where));
	w->n++;
	return 0;
}

/* The first array of a depth says how many items all others of it have. */
static int end_array(struct walk *w)
{
	const int depth = --w->depth;
	char where[128];
	if (!take(w, ']'))
		return fail_syntax(w);
	if (!w->rank)
		w->rank = depth + 1;
	if (!w->known[depth])
		w->sizes[depth] = w->items[depth];
	w->known[depth] = true;
	if (w->sizes[depth] == w->items[depth])
		return 0;
	return rt_fail(RT_DATA_ERROR, "%s has %zu items where the first of its kind has %zu", place(w, depth, where),
		w->items[depth], w->sizes[depth]);
}

static int read_array(struct walk *w);

static int read_item(struct walk *w)
{
	const char *name;
	enum value kind = kind_of_next(w, &name);
	if (kind == A_NUMBER)
		return read_number(w);
	if (kind != AN_ARRAY || (w->rank && w->depth == w->rank))
		return refuse(w, name);
	if (w->depth == RANK_MOST)
		return rt_fail(RT_DATA_ERROR, "the arrays are nested deeper than %d", RANK_MOST);
	return read_array(w);
}

static int read_array(struct walk *w)
{
	size_t *items = &w->items[w->depth++];
	*items = 0;
	take(w, '[');
	if (*w->at == ']')
		return end_array(w);
	do {
		if (read_item(w))
			return -1;
		++*items;
	} while (take(w, ','));
	return end_array(w);
}

/* ---- the request ---- */

static int read_instances(struct walk *w)
{
	const char *name;
	if (kind_of_next(w, &name) != AN_ARRAY || w->found)
		return rt_fail(RT_DATA_ERROR, "instances is %s; %s", name, w->found ? "it was there already" :
			"an array of samples is wanted");
	w->found = true;
	return read_array(w);
}

/* What clients of TensorFlow Serving add. */
static int read_signature(struct walk *w)
{
	const char *name, *text;
	size_t size;
	if (kind_of_next(w, &name) != A_STRING)
		return rt_fail(RT_DATA_ERROR, "signature_name is %s; text is wanted", name);
	return take_string(w, &text, &size);
}

static const struct { const char *key; int (*read)(struct walk *w); } members[] = {
	{"instances", read_instances}, {"signature_name", read_signature},
};

static int read_member(struct walk *w)
{
	const char *key;
	size_t size, plain = 0;
	if (take_string(w, &key, &size))
		return -1;
	if (!take(w, ':'))
		return fail_syntax(w);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (strlen(members[i].key) == size && !memcmp(members[i].key, key, size))
			return members[i].read(w);
	while (plain < size && plain < 64 && key[plain] >= ' ' && key[plain] < 0x7f)
		plain++;
	return rt_fail(RT_DATA_ERROR, "unknown key '%.*s'; the request is {\"instances\": [...]}, or the array alone", (int)plain, key);
}

static int read_object(struct walk *w)
{
	take(w, '{');
	if (take(w, '}'))
		return 0;
	do
		if (read_member(w))
			return -1;
	while (take(w, ','));
	return take(w, '}') ? 0 : fail_syntax(w);
}

static int read_request(struct walk *w)
{
	skip_blanks(w);
	if (*w->at == '{' ? read_object(w) : read_instances(w))
		return -1;
	if (w->at != w->body + w->size)
		return fail_syntax(w);
	return w->found ? 0 :
		rt_fail(RT_DATA_ERROR, "there is no key 'instances'; the request is {\"instances\": [...]}, or the array alone");
}

int rt_read_json(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	struct walk w = {.body = body, .at = body, .size = size};
	if (rt_numbers_new(s, size))
		return -1;
	w.values = s->values;
	if (read_request(&w))
		return -1;
	s->n = rt_sample_count(m, w.rank, w.sizes);
	return s->n < 0 ? -1 : rt_samples_unscale(s, m);
}
