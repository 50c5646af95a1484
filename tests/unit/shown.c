/* Text from outside as it is shown: always UTF-8, one line, cut between letters. */
#include "shown.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <locale.h>
#include "check.h"

static void says(const char *text, const char *wanted)
{
	SAME(rt_show(text, SIZE_MAX).text, wanted);
}

static void letters(void)
{
	says("plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9f\x98\x80", "plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9f\x98\x80");
	says("a\nb\tc\rd\x1b[0m\x7f", "a\\nb\\tc\\x0dd\\x1b[0m\\x7f");
	says("\xff,\xfe", "\\xff,\\xfe");
	says("caf\xe9!", "caf\\xe9!");
	says("\xe2\x82", "\\xe2\\x82");
	says("\xc0\x80 \xc1\xbf", "\\xc0\\x80 \\xc1\\xbf");             /* longer than they must be */
	says("\xed\xa0\x80", "\\xed\\xa0\\x80");                        /* half of a pair of UTF-16 */
	says("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");               /* beyond Unicode */
	says("\xc2\x85\xe2\x80\xa8", "\\xc2\\x85\\xe2\\x80\\xa8");      /* controls and ends of lines of several bytes */
	SAME(rt_show("abc\xc3\xa9", 4).text, "abc\\xc3");
}

/* Whole letters only, as the C library sees them; as many as fit. */
static void cuts(void)
{
	static const char *const pieces[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff", "\n"};
	char text[4096], shown[400];
	for (int which = 0; which < 6; which++)
		for (size_t before = 0; before < 8; before++)
			for (size_t room = 8; room < sizeof shown; room++) {
				memset(text, 'x', before);
				text[before] = '\0';
				while (strlen(text) < 500)
					strcat(text, pieces[which]);
				size_t size = rt_show_into(shown, room, text, sizeof text);
				CHECK(size == strlen(shown) && size < room && size + 8 > room);
				CHECK(mbstowcs(NULL, shown, 0) != (size_t)-1);
				CHECK(!strcmp(shown + size - 3, "\xe2\x80\xa6"));
			}
	SAME(rt_show("", SIZE_MAX).text, "");
	CHECK(rt_show_into(shown, 9, "12345678", SIZE_MAX) == 8 && !strcmp(shown, "12345678"));
	CHECK(rt_show_into(shown, 8, "12345678", SIZE_MAX) == 7 && !strcmp(shown, "1234\xe2\x80\xa6"));
}

static void any_bytes(void)
{
	char text[64], shown[200];
	srand(3);
	for (int i = 0; i < 200000; i++) {
		for (size_t k = 0; k < sizeof text; k++)
			text[k] = (char)(rand() % 4 ? 0x80 | rand() : rand());
		rt_show_into(shown, 8 + (size_t)rand() % 192, text, sizeof text);
		CHECK(mbstowcs(NULL, shown, 0) != (size_t)-1);
		for (const char *c = shown; *c; c++)
			CHECK((unsigned char)*c >= ' ');
	}
}

int main(void)
{
	CHECK(setlocale(LC_CTYPE, "C.UTF-8"));
	letters();
	cuts();
	any_bytes();
	return checks_failed();
}
