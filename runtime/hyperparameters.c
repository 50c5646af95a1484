/* Hyperparameters: every form in which SageMaker's SDKs send a value, names, aliases, bounds.
 *
 * A value is text: bare (0.01, adam, True), JSON with quotes inside ("adam"), or null, None and nothing for "not set".
 */
#include "internal.h"
#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- values ---- */

static char *trimmed(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t size = strlen(text);
	while (size > 0 && isspace((unsigned char)text[size - 1]))
		size--;
	return strndup(text, size);
}

/* The text without JSON's quotes, if it has them. */
static char *unquoted(const char *text, bool *quoted)
{
	char *plain = trimmed(text);
	size_t size = plain ? strlen(plain) : 0;
	*quoted = false;
	if (size < 2 || plain[0] != '"' || plain[size - 1] != '"')
		return plain;
	cJSON *json = cJSON_ParseWithOpts(plain, NULL, true);
	if (cJSON_IsString(json)) {
		free(plain);
		plain = strdup(json->valuestring);
		*quoted = true;
	}
	cJSON_Delete(json);
	return plain;
}

static bool is_any_of(const char *text, const char *const *words)
{
	while (*words && strcasecmp(text, *words) != 0)
		words++;
	return *words != NULL;
}

/* A decimal number or an infinity: C's hexadecimal numbers and NaN are none here. */
static bool read_number(const char *text, double *number)
{
	static const char *const infinities[] = {"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", NULL};
	char *end;
	bool infinity = is_any_of(text, infinities);
	if (!*text || (!infinity && strspn(text, "0123456789+-.eE") != strlen(text)))
		return false;
	*number = strtod(text, &end);
	return !*end && (infinity || isfinite(*number));
}

static bool read_int(const char *text, double *number)
{
	const double largest = 9007199254740992.0;      /* whole numbers up to here are doubles */
	return read_number(text, number) && fabs(*number) <= largest && *number == floor(*number);
}

static bool read_bool(const char *text, double *number)
{
	static const char *const yes[] = {"true", "1", NULL}, *const no[] = {"false", "0", NULL};
	*number = is_any_of(text, yes);
	return *number > 0 || is_any_of(text, no);
}

static bool read_string(const char *text, double *number)
{
	(void)text;
	*number = 0;
	return true;
}

static const struct kind_row {
	bool (*read)(const char *text, double *number);
	const char *wanted;
} kinds[] = {
	[RT_INT] = {read_int, "a whole number, for example '10'"},
	[RT_FLOAT] = {read_number, "a number, for example '0.01'"},
	[RT_BOOL] = {read_bool, "'true' or 'false'"},
	[RT_STRING] = {read_string, "text"},
};

void rt_hyperparameter_print(const struct rt_hyperparameter *h, double number, char text[RT_DOUBLE])
{
	rt_repr_double(text, number);
	char *end = text + strlen(text) - 2;
	if (h->kind == RT_INT && end > text && strcmp(end, ".0") == 0)
		*end = '\0';
}

static int check_bounds(const struct rt_hyperparameter *h, const char *text, const char *source, double number)
{
	bool low = h->has_min && number < h->min;
	if (!low && !(h->has_max && number > h->max))
		return 0;
	char bound[RT_DOUBLE];
	rt_hyperparameter_print(h, low ? h->min : h->max, bound);
	return rt_fail(RT_USER_ERROR, "hyperparameter '%s' is %s in %s; it must be at %s %s", h->name,
		rt_show(text, SIZE_MAX).text, source, low ? "least" : "most", bound);
}

static bool not_set(const char *text, bool quoted, enum rt_kind kind)
{
	static const char *const nothing[] = {"null", "None", NULL};
	return !*text || (is_any_of(text, nothing) && !(quoted && kind == RT_STRING));
}

int rt_hyperparameter_parse(const struct rt_hyperparameter *h, const char *value, const char *source, bool *set,
                            double *number, char **text)
{
	bool quoted;
	char *plain = unquoted(value, &quoted);
	if (plain && quoted && h->kind != RT_STRING) {
		char *trim = trimmed(plain);
		free(plain);
		plain = trim;
	}
	*set = false;
	if (!plain)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the hyperparameters");
	int result = 0;
	if (!not_set(plain, quoted, h->kind)) {
		if (!kinds[h->kind].read(plain, number))
			result = rt_fail(RT_USER_ERROR, "hyperparameter '%s' is '%s' in %s; it wants %s", h->name,
				rt_show(plain, SIZE_MAX).text, source, kinds[h->kind].wanted);
		else
			result = check_bounds(h, plain, source, *number);
		*set = result == 0;
	}
	if (*set)
		*text = plain;
	else
		free(plain);
	return result;
}

/* ---- names ---- */

static bool same_name(const char *known, const char *name, size_t size)
{
	return strlen(known) == size && memcmp(known, name, size) == 0;
}

int rt_hyperparameter_find(const struct rt_model *m, const char *name, size_t size)
{
	for (int i = 0; i < m->n_hyperparameters; i++) {
		const struct rt_hyperparameter *h = &m->hyperparameters[i];
		if (same_name(h->name, name, size))
			return i;
		for (const char *const *alias = h->aliases; alias && *alias; alias++)
			if (same_name(*alias, name, size))
				return i;
	}
	return -1;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that make b of a, in any case of letters. */
static int distance(const char *a, size_t a_size, const char *b)
{
	enum { LONGEST = 64 };
	size_t b_size = strlen(b);
	if (a_size > LONGEST || b_size > LONGEST)
		return LONGEST;
	int rows[3][LONGEST + 1], *before = rows[0], *above = rows[1], *here = rows[2];
	for (size_t j = 0; j <= b_size; j++)
		above[j] = (int)j;
	for (size_t i = 1; i <= a_size; i++) {
		here[0] = (int)i;
		for (size_t j = 1; j <= b_size; j++) {
			bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
			here[j] = least(least(above[j], here[j - 1]) + 1, above[j - 1] + !same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				here[j] = least(here[j], before[j - 2] + 1);
		}
		int *free_row = before;
		before = above;
		above = here;
		here = free_row;
	}
	return above[b_size];
}

static void consider(const char *known, const char *name, size_t size, const char **nearest, int *nearest_distance)
{
	int d = distance(name, size, known), bearable = 1 + (int)strlen(known) / 4;
	bool begins = size >= 3 && strlen(known) >= 3 && (strncasecmp(known, name, least((int)size, (int)strlen(known))) == 0);
	if (begins)
		d = least(d, bearable);
	if (d <= bearable && d < *nearest_distance) {
		*nearest = known;
		*nearest_distance = d;
	}
}

static const char *nearest_name(const struct rt_model *m, const char *name, size_t size)
{
	const char *nearest = NULL;
	int nearest_distance = 1 << 20;
	for (int i = 0; i < m->n_hyperparameters; i++) {
		const struct rt_hyperparameter *h = &m->hyperparameters[i];
		consider(h->name, name, size, &nearest, &nearest_distance);
		for (const char *const *alias = h->aliases; alias && *alias; alias++)
			consider(*alias, name, size, &nearest, &nearest_distance);
	}
	return nearest;
}

static bool is_platforms(const char *name, size_t size)
{
	static const char platform[] = "sagemaker_";
	return name[0] == '_' || (size >= sizeof platform - 1 && memcmp(name, platform, sizeof platform - 1) == 0);
}

int rt_hyperparameter_unknown(const struct rt_model *m, const char *name, size_t size, const char *source)
{
	if (is_platforms(name, size))
		return 0;
	struct rt_text known = {0};
	for (int i = 0; i < m->n_hyperparameters; i++)
		rt_text_printf(&known, "%s%s", i ? ", " : "", m->hyperparameters[i].name);
	const char *nearest = nearest_name(m, name, size);
	rt_fail(RT_USER_ERROR, "unknown hyperparameter '%s' in %s%s%s%s; %s has %s", rt_show(name, size).text, source,
		nearest ? " (did you mean '" : "", nearest ? nearest : "", nearest ? "'?)" : "", m->file,
		known.size ? known.bytes : "none");
	free(known.bytes);
	return -1;
}

/* ---- what the program itself asks of them ---- */

double rt_scalar(const struct rt_scalar *s, const double *hyperparameters)
{
	return s->hyperparameter < 0 ? s->value : hyperparameters[s->hyperparameter];
}

static const char *name_of(const struct rt_model *m, const struct rt_scalar *s, const char *otherwise)
{
	return s->hyperparameter < 0 ? otherwise : m->hyperparameters[s->hyperparameter].name;
}

static int check_count(const struct rt_model *m, const struct rt_scalar *s, const char *name, const double *numbers)
{
	double number = rt_scalar(s, numbers);
	if (number >= 1 && number <= INT32_MAX)
		return 0;
	return rt_fail(RT_USER_ERROR, "%s is %.17g; it must be from 1 to %d", name_of(m, s, name), number, INT32_MAX);
}

int rt_hyperparameters_check(const struct rt_model *m, const double *numbers)
{
	double gpus = rt_scalar(&m->gpus, numbers), seed = rt_scalar(&m->seed, numbers);
	if (check_count(m, &m->epochs, "epochs", numbers) || check_count(m, &m->batch_size, "batch_size", numbers))
		return -1;
	if (!(gpus >= 0 && gpus <= RT_MOST_GPUS))
		return rt_fail(RT_USER_ERROR, "%s is %.17g; it must be from 0 to %d", name_of(m, &m->gpus, "gpus"), gpus, RT_MOST_GPUS);
	if (gpus != 0 && !m->on_gpus)
		return rt_fail(RT_USER_ERROR, "%s is %.17g and this program trains on the CPU: set it to 0, or build the program "
			"for GPUs with trainc build -t cuda", name_of(m, &m->gpus, "gpus"), gpus);
	if (!(seed >= 0))
		return rt_fail(RT_USER_ERROR, "%s is %.17g; it must be 0 or more", name_of(m, &m->seed, "seed"), seed);
	return 0;
}
