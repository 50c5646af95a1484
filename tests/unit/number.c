/* Numbers as text: what is read is what strtof reads, to the bit; what is written is read back. */
#include "serve.h"
#include "check.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 200000 };

static uint64_t dice = 7;

static uint64_t roll(void)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return dice >> 11;
}

static bool same_bits(float a, float b)
{
	return !memcmp(&a, &b, sizeof a);
}

static bool reads(const char *text)
{
	char *wanted_end;
	float found, wanted = strtof(text, &wanted_end);
	const char *end = rt_read_number(text, &found);
	if (end == wanted_end && same_bits(found, wanted))
		return true;
	printf("%s: read as %a, not %a\n", text, (double)found, (double)wanted);
	return false;
}

static void reads_as_strtof(void)
{
	static const char *const each[] = {"0", "-0", "0.0", "1", "+1.5", ".5", "5.", "-2e3", "1e-5x", "1e", "1e+", "1.e2,",
		"00012", "18446744073709551616", "18446744073709551615", "0.00000000000000000000000000000000000001", "1e-46", "1e39", "-1e39",
		"3.4028235e38", "3.4028236e38", "1.17549435e-38", "1e400", "1e-400", "123456789012345678901234567890", "1e22", "1e23", "1e-23",
		"16777217", "16777217.000000000000000001", "16777216.999999999999999999", "0.1000000000000000055511151231257827"};
	for (size_t i = 0; i < sizeof each / sizeof *each; i++)
		CHECK(reads(each[i]));
}

/* Of any length and exponent; and as Python and others write scaled bytes. */
static void reads_much(void)
{
	char text[128];
	bool all = true;
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "%.*e", (int)(roll() % 24), (double)roll() * pow(10, (double)(roll() % 60) - 40));
		all = reads(text) && all;
		snprintf(text, sizeof text, "%.*f", (int)(roll() % 20), (double)(roll() % 256) / 255);
		all = reads(text) && all;
	}
	CHECK(all);
}

/* Halfway between two floats, where the last digit of many decides. */
static void reads_the_middle(void)
{
	char text[256];
	bool all = true;
	for (int i = 0; i < MANY; i++) {
		float a = ldexpf((float)(roll() % (1 << 24)), (int)(roll() % 60) - 40), b = nextafterf(a, FLT_MAX);
		double middle = ((double)a + (double)b) / 2;
		for (int k = -1; k < 2; k++) {
			snprintf(text, sizeof text, "%.*g", 17 + (int)(roll() % 60), k ? nextafter(middle, k * DBL_MAX) : middle);
			all = reads(text) && all;
		}
	}
	CHECK(all);
}

static void refuses(void)
{
	static const char *const none[] = {"", ".", "-", "+.", "e5", "x", " 1", "nan", "inf", ",", "-.e1"};
	float number;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		CHECK(!rt_read_number(none[i], &number));
}

static bool writes(float number, const char *wanted)
{
	char text[RT_NUMBER + 1];
	size_t size = rt_write_number(text, number);
	text[size] = '\0';
	if (size <= RT_NUMBER && same_bits(strtof(text, NULL), number) && (!wanted || !strcmp(text, wanted)))
		return true;
	printf("%a: written as %s\n", (double)number, text);
	return false;
}

static void writes_as_printf(void)
{
	static const float each[] = {0, -0.0f, 1, -1, 0.5f, 0.1f, 0.75f, 1e-4f, 9.99999e-5f, 1e-5f, 123456792, 999999936, 1e9f,
		1e10f, 100, 120.5f, FLT_MIN, FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, 0.99999994f, 1.0000001f, 8388607.5f, 9.9999999e9f};
	char text[64];
	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		snprintf(text, sizeof text, "%.9g", (double)each[i]);
		CHECK(writes(each[i], text));
	}
}

static void writes_much(void)
{
	bool all = true;
	for (int i = 0; i < MANY; i++) {
		uint32_t bits = (uint32_t)roll();
		float number;
		memcpy(&number, &bits, sizeof number);
		all = (!isfinite(number) || writes(number, NULL)) && all;
		all = writes((float)roll() / 0x1p53f, NULL) && all;
	}
	CHECK(all);
}

int main(void)
{
	reads_as_strtof();
	reads_much();
	reads_the_middle();
	refuses();
	writes_as_printf();
	writes_much();
	return checks_failed();
}
