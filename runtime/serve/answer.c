/* Predictions as a response's body, in the form that the Accept header likes best. */
#include "serve.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- forms ---- */

/* JSON as TensorFlow Serving has it; a line of JSON Lines is what JSON says of that sample alone. */
#define JSON_LINES(type) {type, "", "{\"predictions\":[[", ",", "]]", "}\n", "}\n", ",\"classes\":[%d]", NULL, false}

const struct rt_writer rt_writers[] = {
	{"application/json", "{\"predictions\":[", "[", ",", "]", ",", "]}\n", NULL, "],\"classes\":[", false},
	{"text/csv", "", "", ",", "", "\n", "\n", NULL, NULL, false},
	{"application/x-npy", "", "", "", "", "", "", NULL, NULL, true},
	JSON_LINES("application/jsonlines"),
	JSON_LINES("application/x-jsonlines"),
	JSON_LINES("application/jsonl"),
	{0},
};

struct rt_types rt_types(const void *rows, size_t row_size)
{
	struct rt_types types = {0};
	size_t used = 0;
	for (const char *row = rows; *(const char *const *)row && used < sizeof types.text; row += row_size)
		used += (size_t)snprintf(types.text + used, sizeof types.text - used, "%s%s", used ? ", " : "", *(const char *const *)row);
	return types;
}

/* ---- writing ---- */

static char *put(char *to, const char *text)
{
	const size_t size = strlen(text);
	memcpy(to, text, size);
	return to + size;
}

/* Version 1.0 of the format: magic, version, length of the header, the header padded so that the data begin at 64 n. */
enum { NPY_BEGIN = 10, NPY_HEADER = 118 };

static char *put_npy_header(const struct rt_answer *a, char *to)
{
	const int machine = 1, little = *(const char *)&machine;
	char header[NPY_HEADER + 1];
	int used = snprintf(header, sizeof header, "{'descr': '%sf4', 'fortran_order': False, 'shape': (%ld, %d), }",
		little ? "<" : ">", a->n, a->outputs);
	memset(header + used, ' ', sizeof header - (size_t)used);
	header[NPY_HEADER - 1] = '\n';
	memcpy(to, "\x93NUMPY\x01\x00\x76\x00", NPY_BEGIN);
	memcpy(to + NPY_BEGIN, header, NPY_HEADER);
	return to + NPY_BEGIN + NPY_HEADER;
}

static char *put_begin(struct rt_answer *a, char *to)
{
	a->state = RT_ANSWER_SAMPLES;
	return a->writer->npy ? put_npy_header(a, to) : put(to, a->writer->begin);
}

/* Behind a sample's last number. */
static char *put_sample_end(struct rt_answer *a, char *to)
{
	const struct rt_writer *w = a->writer;
	const int label = a->first_label + a->largest;
	to = put(to, w->sample_end);
	if (w->sample_class && a->outputs > 1)
		to += sprintf(to, w->sample_class, label);
	if (a->classes)
		a->classes[a->at] = label;
	a->output = a->largest = 0;
	if (++a->at < a->n)
		return put(to, w->between);
	a->at = 0;
	a->state = a->classes ? RT_ANSWER_CLASSES : RT_ANSWER_IS_WHOLE;
	return put(to, a->classes ? w->classes : w->end);
}

static char *put_number(struct rt_answer *a, char *to)
{
	const struct rt_writer *w = a->writer;
	const float *sample = a->predictions + (a->at - a->first) * a->outputs, number = sample[a->output];
	to = put(to, a->output ? w->number : w->sample);
	if (w->npy)
		to = (char *)memcpy(to, &number, sizeof number) + sizeof number;
	else
		to += rt_write_number(to, number);
	if (number > sample[a->largest])
		a->largest = a->output;
	return ++a->output < a->outputs ? to : put_sample_end(a, to);
}

/* Bytes that the next of these functions can write: at the end of an answer of known size there is no room for more. */
static size_t most_bytes(const struct rt_answer *a)
{
	return a->writer->npy && a->state == RT_ANSWER_SAMPLES ? sizeof(float) : RT_ANSWER_ROOM;
}

static char *put_class(struct rt_answer *a, char *to)
{
	to += sprintf(to, "%d", a->classes[a->at]);
	if (++a->at < a->n)
		return put(to, ",");
	a->state = RT_ANSWER_IS_WHOLE;
	return put(to, a->writer->end);
}

int rt_answer_begin(struct rt_answer *a, const struct rt_writer *writer, const struct rt_model *m, long n)
{
	*a = (struct rt_answer){.writer = writer, .n = n, .outputs = m->outputs, .first_label = m->first_label};
	if (!writer->classes || m->outputs == 1)
		return 0;
	a->classes = malloc((size_t)n * sizeof *a->classes);
	return a->classes ? 0 : rt_fail(RT_SYSTEM_ERROR, "not enough memory for the answer");
}

void rt_answer_part(struct rt_answer *a, const float *predictions, long n)
{
	a->predictions = predictions;
	a->first = a->behind;
	a->behind += n;
}

bool rt_answer_waits(const struct rt_answer *a)
{
	return a->state == RT_ANSWER_SAMPLES && a->at == a->behind;
}

size_t rt_answer_write(struct rt_answer *a, char *to, size_t room)
{
	static char *(*const puts[])(struct rt_answer *a, char *to) = {put_begin, put_number, put_class};
	char *at = to;
	while (a->state != RT_ANSWER_IS_WHOLE && !rt_answer_waits(a) && (size_t)(at - to) + most_bytes(a) <= room)
		at = puts[a->state](a, at);
	return (size_t)(at - to);
}

size_t rt_answer_size(const struct rt_answer *a)
{
	return a->writer->npy ? NPY_BEGIN + NPY_HEADER + (size_t)a->n * (size_t)a->outputs * sizeof(float) : SIZE_MAX;
}

/* ---- the Accept header ---- */

/* The first row that a media range (type/subtype, type/ *, * / *) covers. */
static const struct rt_writer *covered(const char *range, size_t size)
{
	for (const struct rt_writer *w = rt_writers; w->type; w++) {
		size_t wanted = size > 2 && !memcmp(range + size - 2, "/*", 2) ? size - 1 : size;
		if (size == 3 && !memcmp(range, "*/*", 3))
			return w;
		if (!strncasecmp(w->type, range, wanted) && (wanted < size || strlen(w->type) == size))
			return w;
	}
	return NULL;
}

/* The weight behind ";q=", 1 without one. */
static double weight_of(const char *range, size_t size)
{
	for (size_t i = 0; i + 2 < size; i++)
		if (range[i] == ';') {
			size_t name = i + 1 + strspn(range + i + 1, " \t");
			if (!strncasecmp(range + name, "q=", 2))
				return strtod(range + name + 2, NULL);
		}
	return 1;
}

const struct rt_writer *rt_writer_find(const char *accept)
{
	const struct rt_writer *best = NULL;
	double best_weight = 0;
	if (!accept || !accept[strspn(accept, " \t,")])
		return rt_writers;
	for (const char *at = accept; *at; at += strspn(at, ", \t")) {
		size_t size = strcspn(at, ","), type = strcspn(at, ",; \t");
		const struct rt_writer *w = covered(at, type);
		double weight = weight_of(at, size);
		if (w && weight > best_weight) {
			best = w;
			best_weight = weight;
		}
		at += size;
	}
	return best;
}
