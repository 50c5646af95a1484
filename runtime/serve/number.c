/* Numbers as text, of which a request holds thousands: with the digits in an integer and one multiplication or division they are
 * read and written many times faster than by the C library, which is left the few that could round otherwise. */
#include "serve.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DIGITS_MOST = 19,                   /* what 64 bits hold */
	EXPONENT_MOST = 22,                 /* up to which powers of ten are exact in a double */
	WRITTEN = 9,                        /* digits that tell every float from its neighbours */
};

static const double powers[EXPONENT_MOST + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
	1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* ---- reading ---- */

/* A number is digits times ten to the exponent. */
struct decimal { uint64_t digits; int significant, exponent; };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *take_digits(struct decimal *d, const char *at)
{
	const char *first = at;
	while (!d->digits && *first == '0')
		first++;
	for (at = first; is_digit(*at); at++)
		d->digits = 10 * d->digits + (uint64_t)(*at - '0');
	d->significant += (int)(at - first);
	return at;
}

/* Behind e and a whole number; at itself if there is none. */
static const char *take_exponent(struct decimal *d, const char *at)
{
	const char *first = at + 1 + (at[0] && (at[1] == '-' || at[1] == '+'));
	int exponent = 0;
	if ((*at != 'e' && *at != 'E') || !is_digit(*first))
		return at;
	for (at = first; is_digit(*at); at++)
		exponent = exponent < 10000 ? 10 * exponent + (*at - '0') : exponent;
	d->exponent += first[-1] == '-' ? -exponent : exponent;
	return at;
}

/* Whether a double that is a few units in the last place off may round to another float than the number itself. */
static bool is_doubtful(double value)
{
	const uint32_t half = 1u << 28, few = 8;    /* of the 29 bits that a float has not */
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return ((uint32_t)bits & (2 * half - 1)) - (half - few) <= 2 * few;
}

const char *rt_read_number(const char *text, float *value)
{
	struct decimal d = {0};
	const char *begin = text + (*text == '-' || *text == '+'), *point = take_digits(&d, begin), *end = point;
	if (*point == '.') {
		end = take_digits(&d, point + 1);
		d.exponent = (int)(point + 1 - end);
	}
	if (end - begin == (*point == '.'))
		return NULL;
	end = take_exponent(&d, end);
	if (d.significant > DIGITS_MOST || d.exponent < -EXPONENT_MOST || d.exponent > EXPONENT_MOST) {
		*value = strtof(text, NULL);
		return end;
	}
	double number = (double)d.digits;
	number = d.exponent < 0 ? number / powers[-d.exponent] : number * powers[d.exponent];
	*value = is_doubtful(number) ? strtof(text, NULL) : (float)(*text == '-' ? -number : number);
	return end;
}

/* ---- writing ---- */

static double times_power(double number, int power)
{
	for (; power > EXPONENT_MOST; power -= EXPONENT_MOST)
		number *= powers[EXPONENT_MOST];
	for (; power < -EXPONENT_MOST; power += EXPONENT_MOST)
		number /= powers[EXPONENT_MOST];
	return power < 0 ? number / powers[-power] : number * powers[power];
}

/* The WRITTEN digits of a number above zero, rounded, the first of which is worth ten to the exponent. */
static uint32_t round_digits(double number, int *exponent)
{
	int binary;
	frexp(number, &binary);
	*exponent = (int)floor((binary - 1) * 0.30102999566398120);
	double digits = times_power(number, WRITTEN - 1 - *exponent) + 0.5;
	if (digits < powers[WRITTEN])
		return (uint32_t)digits;
	++*exponent;
	return (uint32_t)(times_power(number, WRITTEN - 1 - *exponent) + 0.5);
}

/* Digits with the point behind so many of them; zeros where there are none. */
static char *put_fixed(char *at, const char *digits, int count, int before)
{
	for (int i = before < 1 ? before - 1 : 0; i < count || i < before; i++) {
		if (i == before)
			*at++ = '.';
		*at++ = i >= 0 && i < count ? digits[i] : '0';
	}
	return at;
}

size_t rt_write_number(char text[RT_NUMBER], float number)
{
	char digits[WRITTEN], *at = text;
	int exponent, count = WRITTEN;
	if (signbit(number))
		*at++ = '-';
	if (number == 0) {
		*at++ = '0';
		return (size_t)(at - text);
	}
	uint32_t rest = round_digits(fabs((double)number), &exponent);
	for (int i = WRITTEN - 1; i >= 0; i--, rest /= 10)
		digits[i] = (char)('0' + rest % 10);
	while (digits[count - 1] == '0')
		count--;
	if (exponent > -5 && exponent < WRITTEN)
		return (size_t)(put_fixed(at, digits, count, exponent + 1) - text);
	at = put_fixed(at, digits, count, 1);
	return (size_t)(at + sprintf(at, "e%+03d", exponent) - text);
}
