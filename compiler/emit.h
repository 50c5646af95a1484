/* Writes the generated program. A directory is whole or as it was before. */
#ifndef TRAINC_EMIT_H
#define TRAINC_EMIT_H
#include <stdbool.h>
#include "template.h"
#include "view.h"

/* What is written: target's files, rendered with view; spec as it was. */
struct program {
	const struct target *target;
	const struct view *view;
	const struct templates *templates;
	const struct source *spec;
};

/* Writes every file below directory, which is made if it is not there; false after saying on stderr what failed. */
bool emit_program(struct arena *a, const struct program *p, const char *directory);
/* Compares instead: prints a diff of each file that is not what would be written; the number of these, -1 on trouble. */
int emit_compare(struct arena *a, const struct program *p, const char *directory);

#endif
