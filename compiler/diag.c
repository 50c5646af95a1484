/* Messages with their place, source line and caret: see diag.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "diag.h"

enum { NEAR_MOST = 64 };                /* longer names are never near misses */

struct message { struct at at; bool error; const char *text, *hint; int order, source; };   /* source: the rank of at's */

/* dropped: the message reported last is not kept, nor is its hint. */
struct diag { struct arena *arena; struct message *messages; int n, capacity, errors; bool dropped; };

struct diag *diag_new(struct arena *a)
{
	struct diag *d = ARENA_NEW(a, struct diag);
	d->arena = a;
	return d;
}

/* How many bytes the letter at p has; 0: a letter that a precision such as %.60s cut, or the rest of one. */
static size_t letter_size(const unsigned char *p)
{
	const size_t size = *p < 0x80 ? 1 : *p < 0xc0 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	for (size_t i = 1; i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* Specs are UTF-8, so that the only letters that are not whole are those that a message cut. */
static void drop_cut_letters(char *text)
{
	char *to = text;
	for (const char *p = text; *p;) {
		const size_t size = letter_size((const unsigned char *)p);
		for (size_t i = 0; i < size; i++)
			*to++ = p[i];
		p += size ? size : 1;
	}
	*to = 0;
}

/* What a user wrote may hold terminal sequences: control characters, C1's in UTF-8 too, become '?'. */
static char *printable(char *text)
{
	drop_cut_letters(text);
	for (unsigned char *p = (unsigned char *)text; *p; p++) {
		if (*p < ' ' || *p == 127)
			*p = '?';
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = '?';
	}
	return text;
}

/* Files in the order of their first message. */
static int source_rank(const struct diag *d, const struct source *s)
{
	for (int i = 0; i < d->n; i++)
		if (d->messages[i].at.source == s)
			return d->messages[i].source;
	return d->n;
}

static void add(struct diag *d, struct at at, bool error, const char *format, va_list ap)
{
	d->dropped = diag_full(d);
	if (d->dropped)
		return;
	if (d->n == d->capacity) {
		d->capacity = d->capacity ? 2 * d->capacity : 16;
		struct message *more = ARENA_ARRAY(d->arena, struct message, d->capacity);
		if (d->n)
			memcpy(more, d->messages, sizeof *more * (size_t)d->n);
		d->messages = more;
	}
	d->messages[d->n] = (struct message){at, error, printable(arena_vformat(d->arena, format, ap)), NULL, d->n,
		source_rank(d, at.source)};
	d->n++;
	d->errors += error;
}

void diag_error(struct diag *d, struct at at, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	add(d, at, true, format, ap);
	va_end(ap);
}

void diag_warning(struct diag *d, struct at at, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	add(d, at, false, format, ap);
	va_end(ap);
}

void diag_hint(struct diag *d, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	if (d->n && !d->dropped)
		d->messages[d->n - 1].hint = printable(arena_vformat(d->arena, format, ap));
	va_end(ap);
}

int diag_errors(const struct diag *d)
{
	return d->errors;
}

bool diag_full(const struct diag *d)
{
	return d->errors >= DIAG_MOST;
}

/* ---- near misses ---- */

static int least(int a, int b, int c)
{
	int m = a < b ? a : b;
	return m < c ? m : c;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Edits between a and b, whose case does not matter: insertions, deletions, substitutions and swaps of neighbours (optimal
 * string alignment). */
static int distance(const char *a, const char *b)
{
	int rows[3][NEAR_MOST + 1], n = (int)strlen(a), m = (int)strlen(b);
	if (n > NEAR_MOST || m > NEAR_MOST)
		return NEAR_MOST;
	for (int j = 0; j <= m; j++)
		rows[0][j] = j;
	for (int i = 1; i <= n; i++) {
		int *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (int j = 1; j <= m; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[n % 3][m];
}

const char *diag_nearest(const char *found, const char *const *candidates, int n)
{
	const char *best = NULL;
	int length = (int)strlen(found), limit = length < 3 ? 1 : length < 8 ? 2 : 3, smallest = limit + 1;
	for (int i = 0; i < n; i++) {
		bool begins = length > 2 && !strncmp(found, candidates[i], (size_t)length);
		int x = begins ? 1 : distance(found, candidates[i]);
		if (x < smallest && x < (int)strlen(candidates[i])) {
			smallest = x;
			best = candidates[i];
		}
	}
	return best;
}

void diag_suggest(struct diag *d, const char *found, const char *const *candidates, int n)
{
	const char *best = diag_nearest(found, candidates, n);
	if (best)
		diag_hint(d, "did you mean '%s'?", best);
}

/* ---- printing ---- */

static int by_place(const void *a, const void *b)
{
	const struct message *x = a, *y = b;
	if (x->source != y->source)
		return x->source - y->source;
	if (x->at.line != y->at.line)
		return x->at.line - y->at.line;
	return x->at.column != y->at.column ? x->at.column - y->at.column : x->order - y->order;
}

static const char *line_start(const struct source *s, int line)
{
	const char *p = s->text;
	while (--line > 0 && p)
		p = (p = strchr(p, '\n')) ? p + 1 : NULL;
	return p;
}

static bool goes_on(char c)                 /* a byte behind the first of a character: columns count characters */
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static const char *skip_characters(const char *p, const char *end, int n)
{
	for (; n > 0 && p < end; n--)
		for (p++; p < end && goes_on(*p); )
			p++;
	return p;
}

/* The source line, or 160 characters of it, and a caret under the column; control characters become spaces. */
static void print_line(struct at at, FILE *out)
{
	enum { WIDEST = 160, BEFORE = 80 };
	const char *p = at.line > 0 && at.source->text ? line_start(at.source, at.line) : NULL;
	if (!p)
		return;
	const char *end = p + strcspn(p, "\n");
	int skipped = at.column > WIDEST ? at.column - BEFORE : 0;
	p = skip_characters(p, end, skipped);
	const char *stop = skip_characters(p, end, WIDEST);
	fprintf(out, "%5d | %s", at.line, skipped ? "…" : "");
	for (; p < stop; p++)
		fputc((unsigned char)*p < ' ' || *p == 127 ? ' ' : *p, out);
	fprintf(out, "%s\n      | %*s^\n", stop < end ? "…" : "", at.column - 1 - skipped + (skipped > 0), "");
}

static void print_message(const struct message *m, FILE *out, bool colour)
{
	const char *on = !colour ? "" : m->error ? "\033[1;31m" : "\033[1;35m", *off = colour ? "\033[0m" : "";
	fprintf(out, "%s:", m->at.source ? m->at.source->path : "trainc");
	if (m->at.line > 0)
		fprintf(out, "%d:%d:", m->at.line, m->at.column);
	fprintf(out, " %s%s:%s %s\n", on, m->error ? "error" : "warning", off, m->text);
	if (m->at.source)
		print_line(m->at, out);
	if (m->hint)
		fprintf(out, "      = hint: %s\n", m->hint);
}

void diag_print(const struct diag *d, FILE *out, bool colour)
{
	if (d->n)
		qsort(d->messages, (size_t)d->n, sizeof *d->messages, by_place);
	for (int i = 0; i < d->n; i++)
		print_message(&d->messages[i], out, colour);
	if (diag_full(d))
		fprintf(out, "%d errors, the rest is not shown; nothing was written\n", d->errors);
	else if (d->errors)
		fprintf(out, "%d error%s; nothing was written\n", d->errors, d->errors == 1 ? "" : "s");
}
