/* Predictions as a response's body, in the form that the Accept header likes best. */
#include "serve.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void add_row(struct rt_text *t, const float *row, int outputs)
{
	char number[RT_NUMBER];
	for (int i = 0; i < outputs; i++) {
		if (i)
			rt_text_add(t, ",", 1);
		rt_text_add(t, number, rt_write_number(number, row[i]));
	}
}

static int largest(const float *row, int outputs)
{
	int best = 0;
	for (int i = 1; i < outputs; i++)
		best = row[i] > row[best] ? i : best;
	return best;
}

/* {"predictions": [[…], …], "classes": [7, …]}: the first as TensorFlow Serving has it; classes where there is a choice. */
static void write_json(struct rt_text *t, const float *predictions, long n, int outputs)
{
	rt_text_printf(t, "{\"predictions\":[");
	for (long i = 0; i < n; i++) {
		rt_text_printf(t, i ? ",[" : "[");
		add_row(t, predictions + i * outputs, outputs);
		rt_text_printf(t, "]");
	}
	for (long i = 0; i < n && outputs > 1; i++)
		rt_text_printf(t, "%s%d", i ? "," : "],\"classes\":[", largest(predictions + i * outputs, outputs));
	rt_text_printf(t, "]}\n");
}

static void write_csv(struct rt_text *t, const float *predictions, long n, int outputs)
{
	for (long i = 0; i < n; i++) {
		add_row(t, predictions + i * outputs, outputs);
		rt_text_printf(t, "\n");
	}
}

/* Version 1.0 of the format: magic, version, length of the header, the header padded so that the data begin at 64 n. */
static void write_npy(struct rt_text *t, const float *predictions, long n, int outputs)
{
	const int machine = 1, little = *(const char *)&machine;
	char header[118 + 1];
	int used = snprintf(header, sizeof header, "{'descr': '%sf4', 'fortran_order': False, 'shape': (%ld, %d), }",
		little ? "<" : ">", n, outputs);
	memset(header + used, ' ', sizeof header - (size_t)used);
	header[117] = '\n';
	rt_text_add(t, "\x93NUMPY\x01\x00\x76\x00", 10);
	rt_text_add(t, header, 118);
	rt_text_add(t, (const char *)predictions, (size_t)n * (size_t)outputs * sizeof *predictions);
}

const struct rt_writer rt_writers[] = {
	{"application/json", write_json},
	{"text/csv", write_csv},
	{"application/x-npy", write_npy},
	{NULL, NULL},
};

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
