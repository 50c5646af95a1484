/* Errors and warnings about what a user wrote: collected, then printed in source order. */
#ifndef TRAINC_DIAG_H
#define TRAINC_DIAG_H
#include <stdbool.h>
#include <stdio.h>
#include "arena.h"

struct source { const char *path, *text; size_t size; };          /* text is NUL-terminated behind size bytes */
struct at { const struct source *source; int line, column; };     /* both from 1; line 0: the file as a whole */

struct diag;

enum { DIAG_MOST = 20 };                                           /* errors after which stages stop */

struct diag *diag_new(struct arena *a);
/* TEXT reads after "FILE:LINE:COL: error: ". */
void diag_error(struct diag *d, struct at at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *d, struct at at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The way out, printed under the error or warning reported last. */
void diag_hint(struct diag *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The one of the n candidates that is near found, or NULL. */
const char *diag_nearest(const char *found, const char *const *candidates, int n);
/* "did you mean 'NAME'?" when one of the n candidates is near found; says nothing otherwise. */
void diag_suggest(struct diag *d, const char *found, const char *const *candidates, int n);
int diag_errors(const struct diag *d);
bool diag_full(const struct diag *d);                              /* DIAG_MOST reached */
void diag_print(const struct diag *d, FILE *out, bool colour);

#endif
