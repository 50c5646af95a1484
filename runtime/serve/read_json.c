/* Requests as JSON: {"instances": [...]} or the array alone; and as JSON Lines: a sample a line, in an object or alone.
 * Numbers are kept as they go by: a tree of them would cost more than the model. Nothing is believed of arrays that have not
 * been seen to their end. */
#include "serve.h"
#include <math.h>
#include <string.h>

enum { RANK_MOST = 8 };

static const char *const value_names[] = {
	[RT_JSON_NUMBER] = "a number", [RT_JSON_STRING] = "a string", [RT_JSON_ARRAY] = "an array", [RT_JSON_OBJECT] = "an object",
	[RT_JSON_NULL] = "null", [RT_JSON_BOOLEAN] = "a boolean",
};

/* What a request, or a line of one, may be. The first key names the array where there is no object. */
struct form { const char *what, *keys[4], *wanted; };

static const struct form request_form = {"the request", {"instances", NULL}, "{\"instances\": [...]}, or the array alone"};
static const struct form line_form = {"the line", {"instances", "features", NULL},
	"one sample: {\"features\": [...]}, {\"instances\": [...]}, or the array alone"};

struct walk {
	const struct form *form;
	const char *name;                   /* of the array */
	bool in_object, skipping, found;    /* the request is an object; its next value is not looked at; instances was there */
	int depth, rank;                    /* arrays that are open; arrays around a number, 0 while that is not known */
	size_t sizes[RANK_MOST], at[RANK_MOST];     /* of arrays by depth; which item of each open one comes next */
	bool known[RANK_MOST];              /* sizes: the first array of this depth has ended */
	float *values; size_t n;            /* room for all that the body can hold */
};

/* Where in the array: instances[3][0][5]. */
static const char *place(const struct walk *w, int depth, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "%s", w->name);
	for (int i = 0; i < depth && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "[%zu]", w->at[i]);
	return text;
}

static bool refuse(const struct walk *w, enum rt_json_value found)
{
	char where[128];
	place(w, w->depth, where, sizeof where);
	if (w->rank && w->depth < w->rank)
		rt_fail(RT_DATA_ERROR, "%s is %s; an array of %zu is wanted", where, value_names[found], w->sizes[w->depth]);
	else
		rt_fail(RT_DATA_ERROR, "%s is %s; a number is wanted", where, value_names[found]);
	return false;
}

/* A value outside of all arrays: the request itself, or an item of its object. */
static bool begin_outside(struct walk *w, enum rt_json_value found)
{
	if (w->skipping && found == RT_JSON_STRING) {
		w->skipping = false;
		return true;
	}
	if (found == RT_JSON_ARRAY && !w->skipping && !w->found) {
		w->found = true;
		return true;
	}
	if (found == RT_JSON_OBJECT && !w->in_object) {
		w->in_object = true;
		return true;
	}
	rt_fail(RT_DATA_ERROR, "%s is %s; %s", w->skipping ? "signature_name" : w->name, value_names[found],
		w->skipping ? "text is wanted" : w->found ? "it was there already" : "an array of numbers is wanted");
	return false;
}

/* Every value but a number in an array; of an array and of the request's object its beginning */
static bool on_value(void *walk, enum rt_json_value found)
{
	struct walk *w = walk;
	if (w->depth == 0 && !begin_outside(w, found))
		return false;
	if (w->depth > 0 && (found != RT_JSON_ARRAY || (w->rank && w->depth == w->rank)))
		return refuse(w, found);
	if (found != RT_JSON_ARRAY)
		return true;
	if (w->depth == RANK_MOST) {
		rt_fail(RT_DATA_ERROR, "the arrays are nested deeper than %d", RANK_MOST);
		return false;
	}
	w->at[w->depth++] = 0;
	return true;
}

static bool on_number(void *walk, double number)
{
	struct walk *w = walk;
	char where[128];
	if (w->depth == 0)
		return begin_outside(w, RT_JSON_NUMBER);
	if (!w->rank)
		w->rank = w->depth;
	if (w->depth != w->rank)
		return refuse(w, RT_JSON_NUMBER);
	w->values[w->n] = (float)number;
	if (!isfinite(w->values[w->n])) {
		rt_fail(RT_DATA_ERROR, "%s is too large for a float", place(w, w->depth, where, sizeof where));
		return false;
	}
	w->at[w->depth - 1]++;
	w->n++;
	return true;
}

static bool on_array_end(void *walk)
{
	struct walk *w = walk;
	int depth = --w->depth;
	char where[128];
	if (!w->rank)
		w->rank = depth + 1;
	if (!w->known[depth])
		w->sizes[depth] = w->at[depth];
	w->known[depth] = true;
	if (w->sizes[depth] != w->at[depth]) {
		rt_fail(RT_DATA_ERROR, "%s has %zu items where the first of its kind has %zu", place(w, depth, where, sizeof where),
			w->at[depth], w->sizes[depth]);
		return false;
	}
	if (depth > 0)
		w->at[depth - 1]++;
	return true;
}

static bool is_key(const char *key, const char *name, size_t size)
{
	return strlen(key) == size && !memcmp(key, name, size);
}

/* signature_name is what clients of TensorFlow Serving add. */
static bool on_key(void *walk, const char *name, size_t size)
{
	struct walk *w = walk;
	w->skipping = is_key("signature_name", name, size);
	for (const char *const *key = w->form->keys; *key; key++)
		if (is_key(*key, name, size)) {
			w->name = *key;
			return true;
		}
	if (!w->skipping)
		rt_fail(RT_DATA_ERROR, "unknown key '%s'; %s is %s", rt_show(name, size).text, w->form->what, w->form->wanted);
	return w->skipping;
}

static int walk_through(struct walk *w, const char *body, size_t size)
{
	static const struct rt_json_reader reader = {on_value, on_number, on_key, on_array_end};
	size_t at;
	w->name = w->form->keys[0];
	switch (rt_json_read(body, size, &reader, w, &at)) {
	case RT_JSON_WRONG: return rt_fail(RT_DATA_ERROR, "%s is not JSON: see byte %zu of %zu", w->form->what, at, size);
	case RT_JSON_ENDED: return -1;
	case RT_JSON_READ: break;
	}
	return w->found ? 0 : rt_fail(RT_DATA_ERROR, "there is no key '%s'; %s is %s", w->form->keys[0], w->form->what, w->form->wanted);
}

int rt_read_json(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	struct walk w = {.form = &request_form};
	if (rt_numbers_new(s, size))
		return -1;
	w.values = s->values;
	if (walk_through(&w, body, size))
		return -1;
	s->n = rt_sample_count(m, w.rank, w.sizes);
	return s->n < 0 ? -1 : rt_samples_unscale(s, m);
}

/* ---- JSON Lines ---- */

/* A line that is not blank holds one sample. */
static int read_line(struct rt_samples *s, const struct rt_model *m, const char *line, size_t size)
{
	const size_t elements = rt_element_count(m);
	struct walk w = {.form = &line_form, .values = s->values + (size_t)s->n * elements};
	if (strspn(line, " \t\r") >= size)
		return 0;
	if (walk_through(&w, line, size))
		return -1;
	const long n = rt_sample_count(m, w.rank, w.sizes);
	if (n < 0)
		return -1;
	if (n > 1)
		return rt_fail(RT_DATA_ERROR, "the line holds %ld samples; one is wanted, since each line has an answer of its own", n);
	s->n++;
	return 0;
}

static int read_lines(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	const char *const end = body + size;
	long number = 1;
	int result = 0;
	for (const char *line = body, *behind; line < end && !result; line = behind + 1, number++) {
		behind = memchr(line, '\n', (size_t)(end - line));
		behind = behind ? behind : end;
		rt_fail_line(number);
		result = read_line(s, m, line, (size_t)(behind - line));
	}
	rt_fail_line(0);
	return result;
}

int rt_read_json_lines(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	if (rt_numbers_new(s, size) || read_lines(s, m, body, size))
		return -1;
	s->lines = body;
	return s->n ? rt_samples_unscale(s, m) : rt_fail(RT_DATA_ERROR, "the request holds no samples");
}
