/* The arena: blocks in a list, each twice the last up to a limit; freed as a whole. */
#include <stdbool.h>
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

static size_t round_up(size_t size)
{
	const size_t unit = sizeof(max_align_t);
	if (size > SIZE_MAX / 2)
		out_of_memory();
	return (size + unit - 1) / unit * unit;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->blocks;
	size = round_up(size);
	if (b->size - b->used < size) {
		size_t twice = b->size < LARGEST_BLOCK ? 2 * b->size : LARGEST_BLOCK;
		a->blocks = b = new_block(twice > size ? twice : size, b);
	}
	void *p = (char *)b->data + b->used;
	b->used += size;
	return p;
}

/* p's first bytes at a place of more: the same place where nothing has been allocated since p was, so that a long text does
 * not leave its shorter selves behind. */
static void *grow(struct arena *a, void *p, size_t from, size_t to)
{
	struct block *b = a->blocks;
	const size_t more = round_up(to) - round_up(from);
	const bool last = p && (char *)p + round_up(from) == (char *)b->data + b->used;
	if (last && b->size - b->used >= more) {
		b->used += more;
		return p;
	}
	if (last && p == b->data) {
		if (!(b = realloc(b, sizeof *b + b->used + more)))
			out_of_memory();
		a->blocks = b;
		b->size = b->used += more;
		return b->data;
	}
	void *bigger = arena_alloc(a, to);
	if (from)
		memcpy(bigger, p, from);
	return bigger;
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

/* Room for n bytes and the NUL behind what is there. */
static void make_room(struct text *t, size_t n)
{
	if (t->size + n + 1 <= t->capacity)
		return;
	const size_t capacity = 2 * (t->size + n) + 64;
	t->text = grow(t->arena, t->text, t->capacity, capacity);
	t->capacity = capacity;
}

void text_add_bytes(struct text *t, const char *s, size_t n)
{
	make_room(t, n);
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
	int n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	make_room(t, (size_t)n);
	va_start(ap, format);
	vsnprintf(t->text + t->size, (size_t)n + 1, format, ap);
	va_end(ap);
	t->size += (size_t)n;
}
