/* The arena: blocks in a list, each twice the last up to a limit; freed as a whole. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arena.h"

enum { FIRST_BLOCK = 1 << 14, LARGEST_BLOCK = 1 << 22 };

struct block { struct block *next; size_t size, used; max_align_t data[]; };

struct arena { struct block *blocks; };

static void __attribute__((noreturn)) out_of_memory(void)
{
	fputs("trainc: out of memory\n", stderr);
	abort();
}

static struct block *new_block(size_t size, struct block *next)
{
	struct block *b = calloc(1, sizeof *b + size);
	if (!b)
		out_of_memory();
	b->next = next;
	b->size = size;
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = malloc(sizeof *a);
	if (!a)
		out_of_memory();
	a->blocks = new_block(FIRST_BLOCK, NULL);
	return a;
}

void arena_free(struct arena *a)
{
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t unit = sizeof(max_align_t);
	struct block *b = a->blocks;
	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + unit - 1) / unit * unit;
	if (b->size - b->used < size) {
		size_t twice = b->size < LARGEST_BLOCK ? 2 * b->size : LARGEST_BLOCK;
		a->blocks = b = new_block(twice > size ? twice : size, b);
	}
	void *p = (char *)b->data + b->used;
	b->used += size;
	return p;
}

char *arena_copy(struct arena *a, const char *text, size_t n)
{
	char *s = arena_alloc(a, n + 1);
	if (n)
		memcpy(s, text, n);
	return s;
}

char *arena_vformat(struct arena *a, const char *format, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		out_of_memory();
	char *s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, format, ap);
	return s;
}

char *arena_format(struct arena *a, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	char *s = arena_vformat(a, format, ap);
	va_end(ap);
	return s;
}

void text_add_bytes(struct text *t, const char *s, size_t n)
{
	if (t->size + n + 1 > t->capacity) {
		t->capacity = 2 * (t->size + n) + 64;
		char *more = arena_alloc(t->arena, t->capacity);
		if (t->size)
			memcpy(more, t->text, t->size);
		t->text = more;
	}
	if (n)
		memcpy(t->text + t->size, s, n);
	t->size += n;
	t->text[t->size] = 0;
}

void text_add(struct text *t, const char *s)
{
	text_add_bytes(t, s, strlen(s));
}

const char *text_behind_mark(const char *text)
{
	static const char mark[] = "\xef\xbb\xbf";
	return strncmp(text, mark, sizeof mark - 1) ? text : text + sizeof mark - 1;
}

void text_format(struct text *t, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	text_add(t, arena_vformat(t->arena, format, ap));
	va_end(ap);
}
