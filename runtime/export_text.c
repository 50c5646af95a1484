/* Texts that trainc wrote, completed with what only the job knows: the values of hyperparameters. The rest of the text
 * stays as it is, byte for byte. */
#include "export.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Behind the closing quote of the string that begins at text[0]. */
static const char *string_end(const char *text)
{
	for (text++; *text && *text != '"'; text++)
		if (*text == '\\' && text[1])
			text++;
	return *text ? text + 1 : text;
}

static int find_hyperparameter(const struct rt_model *m, const char *name, size_t length)
{
	for (int i = 0; i < m->n_hyperparameters; i++)
		if (strlen(m->hyperparameters[i].name) == length && !memcmp(m->hyperparameters[i].name, name, length))
			return i;
	return -1;
}

static void number_text(char text[RT_DOUBLE], enum rt_kind kind, double number)
{
	if (kind == RT_FLOAT)
		rt_repr_double(text, number);
	else if (kind == RT_BOOL)
		snprintf(text, RT_DOUBLE, "%s", number != 0 ? "true" : "false");
	else
		snprintf(text, RT_DOUBLE, "%.0f", number);
}

/* Writes the string between begin and end, or the number that it stands for. */
static int write_string(FILE *out, const char *begin, const char *end, const struct rt_model *m, const struct rt_state *s,
	bool quoted)
{
	const char *quote = quoted ? "\"" : "";
	char number[RT_DOUBLE];
	int i;

	if (begin[1] != '$') {
		fwrite(begin, 1, (size_t)(end - begin), out);
		return 0;
	}
	i = find_hyperparameter(m, begin + 2, (size_t)(end - begin) - 3);
	if (i < 0)
		return rt_fail(RT_INTERNAL_ERROR, "an export names the hyperparameter %.*s, which the model has not",
			(int)(end - begin), begin);
	number_text(number, m->hyperparameters[i].kind, s->hyperparameters[i]);
	fprintf(out, "%s%s%s", quote, number, quote);
	return 0;
}

static int write_text(FILE *out, const char *json, const struct rt_model *m, const struct rt_state *s, bool quoted)
{
	while (*json) {
		const char *string = json + strcspn(json, "\""), *end = string;

		fwrite(json, 1, (size_t)(string - json), out);
		if (*string) {
			end = string_end(string);
			if (write_string(out, string, end, m, s, quoted))
				return -1;
		}
		json = end;
	}
	return 0;
}

char *rt_export_text(const char *json, const struct rt_model *m, const struct rt_state *s, bool quoted)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int result = out ? write_text(out, json, m, s, quoted) : -1;

	if (out && (ferror(out) | fclose(out)))
		result = -1;
	if (!result)
		return text;
	free(text);
	rt_fail(RT_SYSTEM_ERROR, "not enough memory to export the model");   /* remembered only if nothing failed before */
	return NULL;
}
