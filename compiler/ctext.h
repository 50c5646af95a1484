/* C source text: quoting and numbers. Free text from a spec reaches generated code through here only. */
#ifndef TRAINC_CTEXT_H
#define TRAINC_CTEXT_H
#include "arena.h"

/* text as a C string literal with its quotes; lines after a newline start on a new source line, indented by one tab. */
const char *c_string(struct arena *a, const char *text);
/* The shortest C literal of type double that reads back as x. */
const char *c_double(struct arena *a, double x);
/* text for the inside of a comment: without what would end it. */
const char *c_comment(struct arena *a, const char *text);

#endif
