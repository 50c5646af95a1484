/* A request's body as samples: which media type it is, and what all readers need to know of shapes and scales. */
#include "serve.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct rt_reader rt_readers[] = {
	{"application/json", rt_read_json},
	{"text/csv", rt_read_csv},
	{"application/x-npy", rt_read_npy},
	{"application/x-idx", rt_read_idx},
	{"image/png", rt_read_png},
	{"application/jsonlines", rt_read_json_lines},
	{"application/x-jsonlines", rt_read_json_lines},
	{"application/jsonl", rt_read_json_lines},
	{NULL, NULL},
};

const struct rt_reader *rt_reader_find(const char *content_type)
{
	size_t size = strcspn(content_type, "; \t");
	for (const struct rt_reader *r = rt_readers; r->type; r++)
		if (strlen(r->type) == size && !strncasecmp(r->type, content_type, size))
			return r;
	return NULL;
}

/* ---- shapes ---- */

static int fail_shape(const struct rt_model *m, int rank, const size_t *sizes)
{
	char found[256] = "a single number", wanted[64];
	size_t used = 0;
	for (int i = 0; i < rank && used < sizeof found; i++)
		used += (size_t)snprintf(found + used, sizeof found - used, "%s%zu", i ? "x" : "", sizes[i]);
	rt_input_shape(m, wanted, sizeof wanted);
	return rt_fail(RT_DATA_ERROR, "the request holds %s; the model takes any number of samples of %s, or of %zu numbers each", found,
		wanted, rt_element_count(m));
}

/* Whether a sample may have these sizes: the model's, or its numbers in a row. */
static bool is_sample(const struct rt_model *m, int rank, const size_t *sizes)
{
	return (rank == 1 && sizes[0] == rt_element_count(m)) || rt_shape_fits(m, rank, sizes);
}

long rt_sample_count(const struct rt_model *m, int rank, const size_t *sizes)
{
	if (rank > 0 && sizes[0] == 0)
		return rt_fail(RT_DATA_ERROR, "the request holds no samples");
	if (rank > 1 && is_sample(m, rank - 1, sizes + 1))
		return (long)sizes[0];
	if (rank > 0 && is_sample(m, rank, sizes))
		return 1;
	return fail_shape(m, rank, sizes);
}

int rt_samples_new(struct rt_samples *s, const struct rt_model *m, long n)
{
	s->n = n;
	s->values = calloc((size_t)n, rt_element_count(m) * sizeof *s->values);
	return s->values ? 0 : rt_fail(RT_SYSTEM_ERROR, "not enough memory for %ld samples", n);
}

/* Each takes a letter and what parts it from the next. Pages without numbers are not touched. */
int rt_numbers_new(struct rt_samples *s, size_t size)
{
	s->values = malloc((size / 2 + 1) * sizeof *s->values);
	return s->values ? 0 : rt_fail(RT_SYSTEM_ERROR, "not enough memory for the request");
}

/* ---- scales ---- */

static bool all_bytes(const float *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!(values[i] >= 0 && values[i] <= 255 && values[i] == floorf(values[i])))
			return false;
	return true;
}

/* The first number outside of what scaled bytes can be, a rounding allowed; count if there is none. */
static size_t find_outside(const float *values, size_t count, double scale)
{
	const double end = 255 * scale * (1 + 1e-6), low = end < 0 ? end : 0, high = end < 0 ? 0 : end;
	size_t i = 0;
	while (i < count && values[i] >= low && values[i] <= high)
		i++;
	return i;
}

/* The number of the line that holds a sample, where every line that is not blank holds one. */
static long line_of(const char *lines, size_t sample)
{
	long line = 1;
	for (bool blank = true; *lines; lines++) {
		if (*lines == '\n') {
			line++;
			blank = true;
		} else if (blank && !strchr(" \t\r", *lines)) {
			if (!sample--)
				return line;
			blank = false;
		}
	}
	return line;
}

static int fail_scale(const struct rt_samples *s, const struct rt_model *m, size_t sample, double number)
{
	if (s->lines)
		rt_fail_line(line_of(s->lines, sample));
	rt_fail(RT_DATA_ERROR, "sample %zu holds %g: numbers are either the model's input, from 0 to %g, or bytes, whole numbers from "
		"0 to 255 that are scaled here; other data must come as application/x-idx", sample, number, 255 * m->scale);
	rt_fail_line(0);
	return -1;
}

int rt_samples_unscale(struct rt_samples *s, const struct rt_model *m)
{
	size_t elements = rt_element_count(m), count = (size_t)s->n * elements, outside;
	if (m->scale == 1)
		return 0;
	outside = find_outside(s->values, count, m->scale);
	if (outside < count && all_bytes(s->values, count))
		return 0;
	if (outside < count)
		return fail_scale(s, m, outside / elements, (double)s->values[outside]);
	for (size_t i = 0; i < count; i++)
		s->values[i] = (float)((double)s->values[i] / m->scale);
	return 0;
}
