/* JSON values as Python prints them, for log lines that scripts already read; and the text that they grow in. */
#include "internal.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A log line is not worth a failure: without memory it stays short. */
static bool make_room(struct rt_text *t, size_t size)
{
	if (t->size + size + 1 <= t->room)
		return true;
	size_t room = 2 * (t->size + size + 1);
	char *larger = realloc(t->bytes, room);
	if (!larger) {
		t->cut = true;
		return false;
	}
	t->bytes = larger;
	t->room = room;
	return true;
}

void rt_text_add(struct rt_text *t, const char *bytes, size_t size)
{
	if (!make_room(t, size))
		return;
	memcpy(t->bytes + t->size, bytes, size);
	t->size += size;
	t->bytes[t->size] = '\0';
}

void rt_text_printf(struct rt_text *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const int size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size < 0 || !make_room(t, (size_t)size))
		return;
	va_start(arguments, format);
	vsnprintf(t->bytes + t->size, (size_t)size + 1, format, arguments);
	va_end(arguments);
	t->size += (size_t)size;
}

enum { DIGITS = 24 };

/* digits of the shortest %.*e that reads back, and its exponent */
static int shortest(double x, char digits[DIGITS])
{
	char text[DIGITS + 16];
	int precision = 0;
	do
		snprintf(text, sizeof text, "%.*e", precision, x);
	while (precision++ < 17 && strtod(text, NULL) != x);
	char *e = strchr(text, 'e');
	size_t n = 0;
	for (char *c = text; c < e && n < DIGITS - 1; c++)
		if (*c != '.')
			digits[n++] = *c;
	digits[n] = '\0';
	return atoi(e + 1);
}

void rt_repr_double(char text[RT_DOUBLE], double x)
{
	if (!isfinite(x)) {
		snprintf(text, RT_DOUBLE, "%s", isnan(x) ? "nan" : x < 0 ? "-inf" : "inf");
		return;
	}
	char digits[DIGITS];
	const char *sign = signbit(x) ? "-" : "";
	int exponent = shortest(fabs(x), digits), n = (int)strlen(digits);
	if (exponent < -4 || exponent >= 16)
		snprintf(text, RT_DOUBLE, "%s%.1s%s%se%c%02d", sign, digits, n > 1 ? "." : "", digits + 1,
			exponent < 0 ? '-' : '+', abs(exponent));
	else if (exponent < 0)
		snprintf(text, RT_DOUBLE, "%s0.%.*s%s", sign, -exponent - 1, "000", digits);
	else if (n <= exponent + 1)
		snprintf(text, RT_DOUBLE, "%s%s%.*s.0", sign, digits, exponent + 1 - n, "0000000000000000");
	else
		snprintf(text, RT_DOUBLE, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
}

/* Characters that Python escapes although they are not ASCII: those that print nothing. */
static const struct { unsigned first, last; } unprintable[] = {
	{0x7f, 0xa0}, {0xad, 0xad}, {0x61c, 0x61c}, {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f},
	{0x205f, 0x206f}, {0x3000, 0x3000}, {0xd800, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xe0000, 0x10ffff},
};

static bool printable(unsigned c)
{
	for (size_t i = 0; i < sizeof unprintable / sizeof unprintable[0]; i++)
		if (c >= unprintable[i].first && c <= unprintable[i].last)
			return false;
	return c >= ' ';
}

/* The character at s in UTF-8; *size its bytes. A byte that is none stands for itself. */
static unsigned character(const char *s, int *size)
{
	unsigned char lead = (unsigned char)*s;
	int n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	unsigned c = n == 1 ? lead : lead & (0xffu >> (n + 1));
	*size = 1;
	for (int i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return lead;
		c = c << 6 | ((unsigned char)s[i] & 0x3fu);
	}
	*size = n;
	return c;
}

static void escape(struct rt_text *t, unsigned c)
{
	static const char named[] = "\tt\nn\rr\\\\";
	for (const char *pair = named; *pair; pair += 2)
		if ((unsigned)pair[0] == c) {
			rt_text_printf(t, "\\%c", pair[1]);
			return;
		}
	rt_text_printf(t, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

static void repr_string(struct rt_text *t, const char *s)
{
	char quote = strchr(s, '\'') && !strchr(s, '"') ? '"' : '\'';
	rt_text_add(t, &quote, 1);
	for (int size; *s; s += size) {
		unsigned c = character(s, &size);
		if (*s == quote)
			rt_text_printf(t, "\\%c", quote);
		else if (*s == '\\' || !printable(c))
			escape(t, c);
		else
			rt_text_add(t, s, (size_t)size);
	}
	rt_text_add(t, &quote, 1);
}

static void repr_number(struct rt_text *t, double x)
{
	char text[RT_DOUBLE];
	if (fabs(x) < 9007199254740992.0 && x == floor(x))     /* cJSON does not tell 10 from 10.0 */
		snprintf(text, sizeof text, "%.0f", x);
	else
		rt_repr_double(text, x);
	rt_text_add(t, text, strlen(text));
}

static void repr_members(struct rt_text *t, const cJSON *value)
{
	for (const cJSON *item = value->child; item; item = item->next) {
		if (item != value->child)
			rt_text_add(t, ", ", 2);
		if (cJSON_IsObject(value)) {
			repr_string(t, item->string);
			rt_text_add(t, ": ", 2);
		}
		rt_repr(t, item);
	}
}

void rt_repr(struct rt_text *t, const cJSON *value)
{
	if (cJSON_IsObject(value) || cJSON_IsArray(value)) {
		rt_text_add(t, cJSON_IsObject(value) ? "{" : "[", 1);
		repr_members(t, value);
		rt_text_add(t, cJSON_IsObject(value) ? "}" : "]", 1);
	} else if (cJSON_IsString(value)) {
		repr_string(t, value->valuestring);
	} else if (cJSON_IsNumber(value)) {
		repr_number(t, value->valuedouble);
	} else {
		const char *word = cJSON_IsTrue(value) ? "True" : cJSON_IsFalse(value) ? "False" : "None";
		rt_text_add(t, word, strlen(word));
	}
}
