/* Requests as text: JSON arrays and comma-separated lines. */
#include "serve.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON: {"instances": [...]} or the array alone ---- */

enum { RANK_MOST = 8 };

/* to: where the next number goes, NULL while only the form is looked at. */
struct array { size_t sizes[RANK_MOST], at[RANK_MOST]; int rank; float *to; };

/* Where in the request: instances[3][0][5]. */
static const char *place(const struct array *a, int depth, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "instances");
	for (int i = 0; i < depth && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "[%zu]", a->at[i]);
	return text;
}

static const char *kind_of(const cJSON *item)
{
	return cJSON_IsNumber(item) ? "a number" : cJSON_IsArray(item) ? "an array" : cJSON_IsString(item) ? "a string" :
		cJSON_IsObject(item) ? "an object" : cJSON_IsNull(item) ? "null" : "a boolean";
}

/* The sizes as the first of each array's items have them. */
static int measure(struct array *a, const cJSON *item)
{
	for (; cJSON_IsArray(item); item = item->child) {
		if (a->rank == RANK_MOST)
			return rt_fail(RT_DATA_ERROR, "the arrays are nested deeper than %d", RANK_MOST);
		a->sizes[a->rank++] = (size_t)cJSON_GetArraySize(item);
	}
	return 0;
}

static int take_number(struct array *a, const cJSON *item)
{
	char where[128];
	if (!cJSON_IsNumber(item))
		return rt_fail(RT_DATA_ERROR, "%s is %s; a number is wanted", place(a, a->rank, where, sizeof where), kind_of(item));
	if (a->to)
		*a->to++ = (float)item->valuedouble;
	else if (!isfinite((float)item->valuedouble))
		return rt_fail(RT_DATA_ERROR, "%s is too large for a float", place(a, a->rank, where, sizeof where));
	return 0;
}

static int take(struct array *a, const cJSON *item, int depth)
{
	char where[128];
	if (depth == a->rank)
		return take_number(a, item);
	if (!cJSON_IsArray(item))
		return rt_fail(RT_DATA_ERROR, "%s is %s; an array of %zu is wanted", place(a, depth, where, sizeof where), kind_of(item),
			a->sizes[depth]);
	a->at[depth] = 0;
	for (const cJSON *child = item->child; child; child = child->next, a->at[depth]++)
		if (a->at[depth] < a->sizes[depth] && take(a, child, depth + 1))
			return -1;
	if (a->at[depth] != a->sizes[depth])
		return rt_fail(RT_DATA_ERROR, "%s has %zu items where the first of its kind has %zu", place(a, depth, where, sizeof where),
			a->at[depth], a->sizes[depth]);
	return 0;
}

/* Looked at whole before memory is taken for what the first sizes promise. */
static int read_array(struct rt_samples *s, const struct rt_model *m, const cJSON *array)
{
	struct array a = {0};
	if (measure(&a, array))
		return -1;
	long n = rt_sample_count(m, a.rank, a.sizes);
	if (n < 0 || take(&a, array, 0) || rt_samples_new(s, m, n))
		return -1;
	a.to = s->values;
	take(&a, array, 0);
	return rt_samples_unscale(s, m);
}

/* The array in {"instances": [...]}; signature_name is what clients of TensorFlow Serving add. */
static const cJSON *find_instances(const cJSON *object)
{
	const cJSON *found = NULL;
	for (const cJSON *item = object->child; item; item = item->next) {
		if (!strcmp(item->string, "instances"))
			found = item;
		else if (strcmp(item->string, "signature_name")) {
			rt_fail(RT_DATA_ERROR, "unknown key '%.64s'; the request is {\"instances\": [...]}, or the array alone", item->string);
			return NULL;
		}
	}
	if (!found)
		rt_fail(RT_DATA_ERROR, "there is no key 'instances'; the request is {\"instances\": [...]}, or the array alone");
	return found;
}

static int read_root(struct rt_samples *s, const struct rt_model *m, const cJSON *root)
{
	const cJSON *array = cJSON_IsObject(root) ? find_instances(root) : root;
	if (!array)
		return -1;
	if (!cJSON_IsArray(array))
		return rt_fail(RT_DATA_ERROR, "instances is %s; an array of samples is wanted", kind_of(array));
	return read_array(s, m, array);
}

int rt_read_json(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	const char *end = NULL;
	cJSON *root = cJSON_ParseWithLengthOpts(body, size + 1, &end, true);
	if (!root)
		return rt_fail(RT_DATA_ERROR, "the request is not JSON: see byte %zu of %zu", end ? (size_t)(end - body) : 0, size);
	int result = read_root(s, m, root);
	cJSON_Delete(root);
	return result;
}

/* ---- CSV: a line a sample, no header ---- */

static const char *line_end(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));
	return newline ? newline : end;
}

static bool is_blank(const char *line, const char *end)
{
	while (line < end && strchr(" \t\r", *line))
		line++;
	return line == end;
}

static long count_lines(const char *at, const char *end)
{
	long lines = 0;
	for (const char *stop; at < end; at = stop + 1) {
		stop = line_end(at, end);
		lines += !is_blank(at, stop);
	}
	return lines;
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r", *at))
		at++;
	return at;
}

/* One number from at on; behind it and its comma. NULL after rt_fail. */
static const char *read_cell(const char *at, const char *end, long line, long column, float *value)
{
	char *stop;
	*value = strtof(at, &stop);
	const char *next = skip_blanks(stop, end);
	if (stop == at || stop > end || (next < end && *next != ',')) {
		rt_fail(RT_DATA_ERROR, "line %ld, cell %ld: '%.*s' is not a number%s", line, column, (int)strcspn(at, ",\r\n"), at,
			line == 1 ? "; there must be no header" : "");
		return NULL;
	}
	if (!isfinite(*value)) {
		rt_fail(RT_DATA_ERROR, "line %ld, cell %ld: the number is not finite", line, column);
		return NULL;
	}
	return next;
}

/* values may be NULL: then the line is only looked at. */
static int read_line(const char *at, const char *end, long line, size_t elements, float *values)
{
	size_t cell = 0;
	for (bool more = true; more; cell++) {
		float value;
		at = read_cell(skip_blanks(at, end), end, line, (long)cell + 1, &value);
		if (!at)
			return -1;
		if (values && cell < elements)
			values[cell] = value;
		more = at < end;
		at += more;
	}
	if (cell != elements)
		return rt_fail(RT_DATA_ERROR, "line %ld has %zu numbers; a sample of the model has %zu", line, cell, elements);
	return 0;
}

static int read_lines(const char *body, const char *end, size_t elements, float *values)
{
	const char *stop;
	long line = 1;
	for (const char *at = body; at < end; at = stop + 1, line++) {
		stop = line_end(at, end);
		if (is_blank(at, stop))
			continue;
		if (read_line(at, stop, line, elements, values))
			return -1;
		if (values)
			values += elements;
	}
	return 0;
}

/* Looked at whole before memory is taken for as many samples as there are lines. */
int rt_read_csv(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	const char *end = body + size;
	size_t elements = rt_element_count(m);
	long n = count_lines(body, end);
	if (!n)
		return rt_fail(RT_DATA_ERROR, "the request holds no samples");
	if (read_lines(body, end, elements, NULL) || rt_samples_new(s, m, n))
		return -1;
	read_lines(body, end, elements, s->values);
	return rt_samples_unscale(s, m);
}
