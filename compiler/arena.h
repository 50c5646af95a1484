/* One arena per compile: every stage allocates from it, none frees. */
#ifndef TRAINC_ARENA_H
#define TRAINC_ARENA_H
#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);

/* size zeroed bytes, aligned for any type. Never NULL: out of memory ends the process. */
void *arena_alloc(struct arena *a, size_t size);
/* The first n bytes of text with a NUL behind them. */
char *arena_copy(struct arena *a, const char *text, size_t n);
char *arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *a, const char *format, va_list ap) __attribute__((format(printf, 2, 0), nonnull));

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))

/* A text that grows; text is NUL-terminated whenever size > 0. */
struct text { struct arena *arena; char *text; size_t size, capacity; };
/* text behind the byte order mark that editors on Windows begin UTF-8 with; text itself where there is none */
const char *text_behind_mark(const char *text);
void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const char *s, size_t n);
void text_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
