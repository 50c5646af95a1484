/* Requests as CSV: a line a sample, no header. */
#include "serve.h"
#include <math.h>
#include <string.h>

/* Where it is: the body ends with a NUL at end. */
struct table { const char *at, *end; long line; float *values; size_t n; };

static void skip_blanks(struct table *t)
{
	while (*t->at == ' ' || *t->at == '\t' || *t->at == '\r')
		t->at++;
}

static int fail_cell(const struct table *t, const char *cell, size_t column)
{
	return rt_fail(RT_DATA_ERROR, "line %ld, cell %zu: '%s' is not a number%s", t->line, column,
		rt_show(cell, strcspn(cell, ",\r\n")).text,
		t->line == 1 ? "; there must be no header" : "");
}

/* One number and the comma behind it, if there is one. */
static int read_cell(struct table *t, size_t column, bool *more)
{
	skip_blanks(t);
	const char *cell = t->at, *behind = rt_read_number(cell, &t->values[t->n]);
	if (!behind)
		return fail_cell(t, cell, column);
	t->at = behind;
	skip_blanks(t);
	*more = *t->at == ',';
	if (!*more && *t->at != '\n' && t->at != t->end)
		return fail_cell(t, cell, column);
	if (!isfinite(t->values[t->n]))
		return rt_fail(RT_DATA_ERROR, "line %ld, cell %zu: the number is too large for a float", t->line, column);
	t->n++;
	t->at += *more;
	return 0;
}

static int read_line(struct table *t, size_t elements)
{
	size_t cells = 0;
	bool more = true;
	while (more)
		if (read_cell(t, ++cells, &more))
			return -1;
	if (cells == elements)
		return 0;
	return rt_fail(RT_DATA_ERROR, "line %ld has %zu numbers; a sample of the model has %zu", t->line, cells, elements);
}

int rt_read_csv(struct rt_samples *s, const struct rt_model *m, const char *body, size_t size)
{
	const size_t elements = rt_element_count(m);
	struct table t = {.at = body, .end = body + size, .line = 1};
	if (rt_numbers_new(s, size))
		return -1;
	t.values = s->values;
	while (skip_blanks(&t), t.at < t.end)
		if (*t.at == '\n')
			t.at++, t.line++;
		else if (read_line(&t, elements))
			return -1;
	s->n = (long)(t.n / elements);
	s->lines = body;
	return s->n ? rt_samples_unscale(s, m) : rt_fail(RT_DATA_ERROR, "the request holds no samples");
}
