/* The one place where text from outside is cut and escaped before it is shown. See shown.h. */
#include "shown.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPE = 4 };                    /* letters of \xNN, and the most bytes of a letter in UTF-8 */
static const char ellipsis[] = "\xe2\x80\xa6";

static bool is_continued(const unsigned char *letter, size_t bytes)
{
	for (size_t i = 1; i < bytes; i++)
		if ((letter[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* The bytes of the letter that text begins with; 0 if that is no letter in UTF-8 (RFC 3629). */
static size_t letter_bytes(const unsigned char *text, size_t size)
{
	static const struct { unsigned char lead, end; uint32_t least, most; } forms[] = {
		{0x00, 0x80, 0, 0x7f}, {0xc0, 0xe0, 0x80, 0x7ff}, {0xe0, 0xf0, 0x800, 0xffff}, {0xf0, 0xf8, 0x10000, 0x10ffff}};
	size_t bytes = 1;
	while (bytes <= ESCAPE && !(text[0] >= forms[bytes - 1].lead && text[0] < forms[bytes - 1].end))
		bytes++;
	if (bytes > ESCAPE || bytes > size || !is_continued(text, bytes))
		return 0;
	uint32_t code = text[0] & (bytes == 1 ? 0x7f : 0x7f >> bytes);
	for (size_t i = 1; i < bytes; i++)
		code = code << 6 | (text[i] & 0x3f);
	const bool surrogate = code >= 0xd800 && code < 0xe000;
	return code >= forms[bytes - 1].least && code <= forms[bytes - 1].most && !surrogate ? bytes : 0;
}

/* Whether a letter would move the cursor or begin another line: C0, DEL, C1, and Unicode's separators of lines and paragraphs. */
static bool is_control(const unsigned char *letter, size_t bytes)
{
	if (bytes == 1)
		return letter[0] < ' ' || letter[0] == 0x7f;
	if (bytes == 2)
		return letter[0] == 0xc2 && letter[1] < 0xa0;
	return bytes == 3 && letter[0] == 0xe2 && letter[1] == 0x80 && (letter[2] == 0xa8 || letter[2] == 0xa9);
}

/* One letter, or one byte that is not shown as it is, with a NUL behind; how many bytes of text that were. */
static size_t show_letter(char shown[ESCAPE + 1], const unsigned char *text, size_t size)
{
	const size_t bytes = letter_bytes(text, size);
	if (bytes && !is_control(text, bytes)) {
		memcpy(shown, text, bytes);
		shown[bytes] = '\0';
		return bytes;
	}
	if (text[0] == '\n' || text[0] == '\t')
		snprintf(shown, ESCAPE + 1, "\\%c", text[0] == '\n' ? 'n' : 't');
	else
		snprintf(shown, ESCAPE + 1, "\\x%02x", text[0]);
	return 1;
}

size_t rt_show_into(char *to, size_t room, const char *text, size_t size)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + strnlen(text, size);
	size_t used = 0, whole = 0;             /* whole: up to where an ellipsis still fits behind */
	while (at < end) {
		char shown[ESCAPE + 1];
		at += show_letter(shown, at, (size_t)(end - at));
		const size_t more = strlen(shown);
		if (used + more >= room) {
			memcpy(to + whole, ellipsis, sizeof ellipsis);
			return whole + sizeof ellipsis - 1;
		}
		memcpy(to + used, shown, more);
		used += more;
		if (used + sizeof ellipsis <= room)
			whole = used;
	}
	to[used] = '\0';
	return used;
}

struct rt_shown rt_show(const char *text, size_t size)
{
	struct rt_shown shown;
	rt_show_into(shown.text, sizeof shown.text, text, size);
	return shown;
}
