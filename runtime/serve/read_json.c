/* Requests as JSON: {"instances": [...]} or the array alone, parsed by yajl. Numbers are kept as they go by: a tree of them would
 * cost more than the model. Nothing is believed of arrays that have not been seen to their end. */
#include "serve.h"
#include <math.h>
#include <string.h>
#include <yajl_parse.h>

enum { RANK_MOST = 8 };

enum value { A_NUMBER, A_STRING, AN_ARRAY, AN_OBJECT, NOTHING, A_BOOLEAN };

static const char *const value_names[] = {
	[A_NUMBER] = "a number", [A_STRING] = "a string", [AN_ARRAY] = "an array", [AN_OBJECT] = "an object", [NOTHING] = "null",
	[A_BOOLEAN] = "a boolean",
};

struct walk {
	bool in_object, skipping, found;    /* the request is an object; its next value is not looked at; instances was there */
	int depth, rank;                    /* arrays that are open; arrays around a number, 0 while that is not known */
	size_t sizes[RANK_MOST], at[RANK_MOST];     /* of arrays by depth; which item of each open one comes next */
	bool known[RANK_MOST];              /* sizes: the first array of this depth has ended */
	float *values; size_t n;            /* room for all that the body can hold */
};

/* Where in the request: instances[3][0][5]. */
static const char *place(const struct walk *w, int depth, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "instances");
	for (int i = 0; i < depth && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "[%zu]", w->at[i]);
	return text;
}

/* yajl goes on where a callback returns true. */
static int refuse(const struct walk *w, enum value found)
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
static int begin_outside(struct walk *w, enum value found)
{
	if (w->skipping && found == A_STRING) {
		w->skipping = false;
		return true;
	}
	if (found == AN_ARRAY && !w->skipping && !w->found) {
		w->found = true;
		return true;
	}
	if (found == AN_OBJECT && !w->in_object) {
		w->in_object = true;
		return true;
	}
	rt_fail(RT_DATA_ERROR, "%s is %s; %s", w->skipping ? "signature_name" : "instances", value_names[found],
		w->skipping ? "text is wanted" : w->found ? "it was there already" : "an array of samples is wanted");
	return false;
}

/* Every value but a number in an array. */
static int begin(struct walk *w, enum value found)
{
	if (w->depth == 0)
		return begin_outside(w, found);
	if (found != AN_ARRAY || (w->rank && w->depth == w->rank))
		return refuse(w, found);
	if (w->depth < RANK_MOST)
		return true;
	rt_fail(RT_DATA_ERROR, "the arrays are nested deeper than %d", RANK_MOST);
	return false;
}

/* The text of a number is followed by another letter, or by the body's NUL. */
static int on_number(void *walk, const char *text, size_t size)
{
	struct walk *w = walk;
	char where[128];
	float *number = &w->values[w->n];
	(void)size;
	if (w->depth == 0)
		return begin_outside(w, A_NUMBER);
	if (!w->rank)
		w->rank = w->depth;
	if (w->depth != w->rank)
		return refuse(w, A_NUMBER);
	rt_read_number(text, number);           /* yajl has seen that it is one */
	if (!isfinite(*number)) {
		rt_fail(RT_DATA_ERROR, "%s is too large for a float", place(w, w->depth, where, sizeof where));
		return false;
	}
	w->at[w->depth - 1]++;
	w->n++;
	return true;
}

static int on_array(void *walk)
{
	struct walk *w = walk;
	if (!begin(w, AN_ARRAY))
		return false;
	w->at[w->depth++] = 0;
	return true;
}

static int on_array_end(void *walk)
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

/* signature_name is what clients of TensorFlow Serving add. */
static int on_key(void *walk, const unsigned char *name, size_t size)
{
	static const char instances[] = "instances", signature[] = "signature_name";
	struct walk *w = walk;
	w->skipping = size == sizeof signature - 1 && !memcmp(name, signature, size);
	if (w->skipping || (size == sizeof instances - 1 && !memcmp(name, instances, size)))
		return true;
	rt_fail(RT_DATA_ERROR, "unknown key '%.*s'; the request is {\"instances\": [...]}, or the array alone",
		(int)(size < 64 ? size : 64), (const char *)name);
	return false;
}

static int on_object(void *walk)
{
	return begin(walk, AN_OBJECT);
}

static int on_object_end(void *walk)
{
	(void)walk;
	return true;
}

static int on_string(void *walk, const unsigned char *text, size_t size)
{
	(void)text, (void)size;
	return begin(walk, A_STRING);
}

static int on_null(void *walk)
{
	return begin(walk, NOTHING);
}

static int on_boolean(void *walk, int value)
{
	(void)value;
	return begin(walk, A_BOOLEAN);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null, .yajl_boolean = on_boolean, .yajl_number = on_number, .yajl_string = on_string,
	.yajl_start_map = on_object, .yajl_map_key = on_key, .yajl_end_map = on_object_end, .yajl_start_array = on_array,
	.yajl_end_array = on_array_end,
};

static int walk_through(struct walk *w, const char *body, size_t size)
{
	yajl_handle parser = yajl_alloc(&callbacks, NULL, w);
	if (!parser)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the request");
	yajl_status status = yajl_parse(parser, (const unsigned char *)body, size);
	size_t at = status == yajl_status_ok ? size : yajl_get_bytes_consumed(parser);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(parser);
	yajl_free(parser);
	if (status == yajl_status_error)
		return rt_fail(RT_DATA_ERROR, "the request is not JSON: see byte %zu of %zu", at, size);
	if (status != yajl_status_ok)
		return -1;
	return w->found ? 0 :
		rt_fail(RT_DATA_ERROR, "there is no key 'instances'; the request is {\"instances\": [...]}, or the array alone");
}

int rt_read_json(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	struct walk w = {0};
	if (rt_numbers_new(s, size))
		return -1;
	w.values = s->values;
	if (walk_through(&w, body, size))
		return -1;
	s->n = rt_sample_count(m, w.rank, w.sizes);
	return s->n < 0 ? -1 : rt_samples_unscale(s, m);
}
