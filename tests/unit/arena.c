/* The arena: alignment, zeroes, blocks of every size, texts that grow. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "arena.h"
#include "check.h"

static void sizes(struct arena *a)
{
	static const size_t each[] = {0, 1, 7, 8, 17, 1000, 1 << 14, (1 << 14) + 1, 1 << 20, 9 << 20, 3};
	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		unsigned char *p = arena_alloc(a, each[i]);
		CHECK(p && (uintptr_t)p % _Alignof(max_align_t) == 0);
		for (size_t k = 0; k < each[i]; k += 97)
			CHECK(!p[k]);
		memset(p, 0xff, each[i]);           /* a neighbour that is not zero then overlaps */
	}
}

static void texts(struct arena *a)
{
	struct text t = {.arena = a};
	SAME(arena_copy(a, "abcdef", 3), "abc");
	SAME(arena_copy(a, NULL, 0), "");
	SAME(arena_format(a, "%s-%d", "x", 7), "x-7");
	for (int i = 0; i < 1000; i++)
		text_format(&t, "%d,", i % 10);
	CHECK(t.size == 2000 && strlen(t.text) == 2000 && !strncmp(t.text, "0,1,2,", 6));
	text_add_bytes(&t, "a\0b", 3);
	CHECK(t.size == 2003 && t.text[2001] == 0 && t.text[2002] == 'b' && t.text[2003] == 0);
	text_add(&t, "");
	CHECK(t.size == 2003);
}

int main(void)
{
	struct arena *a = arena_new();
	for (int i = 0; i < 20; i++)
		sizes(a);
	texts(a);
	arena_free(a);
	return checks_failed();
}
