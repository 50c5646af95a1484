/* Quoting for generated C: see ctext.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctext.h"

static void add_character(struct text *t, unsigned char c)
{
	if (c == '"' || c == '\\')
		text_format(t, "\\%c", c);
	else if (c == '\n')
		text_add(t, "\\n");
	else if (c == '\t')
		text_add(t, "\\t");
	else if (c < ' ' || c > '~' || c == '?')      /* three digits always, so that a digit may follow; ? begins trigraphs */
		text_format(t, "\\%03o", c);
	else
		text_add_bytes(t, (const char *)&c, 1);
}

const char *c_string(struct arena *a, const char *text)
{
	struct text t = {.arena = a};
	text_add(&t, "\"");
	for (const char *p = text; *p; p++) {
		add_character(&t, (unsigned char)*p);
		if (*p == '\n' && p[1])
			text_add(&t, "\"\n\t\"");
	}
	text_add(&t, "\"");
	return t.text;
}

const char *c_double(struct arena *a, double x)
{
	char s[32] = "";
	if (isinf(x))
		return x > 0 ? "INFINITY" : "-INFINITY";
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(s, sizeof s, "%.*g", digits, x);
		if (strtod(s, NULL) == x)
			break;
	}
	return arena_format(a, "%s%s", s, strpbrk(s, ".e") ? "" : ".0");
}

const char *c_comment(struct arena *a, const char *text)
{
	char *s = arena_copy(a, text, strlen(text));
	for (char *p = s; *p; p++)
		if (*p == '*' || (unsigned char)*p < ' ' || *p == '\\')
			*p = ' ';
	return s;
}
