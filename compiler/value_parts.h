/* What value.c, which reads one value, has for value_rows.c, which reads whole mappings. */
#ifndef TRAINC_VALUE_PARTS_H
#define TRAINC_VALUE_PARTS_H
#include "value.h"

/* What stands at y, for "got …": "'abc'", "a list". */
const char *value_words(struct arena *a, const struct yaml *y);
bool value_is_null(const struct yaml *y);
/* Reports a key that Keras has and we do not, with the names that its value holds. */
void value_unsupported(struct names *n, const char *key, const char *owner, struct at at, const struct yaml *value);
/* Hints at all names that there are, where they are few, or better at the near miss. */
void value_hint_names(struct names *n, const char *found, const char *const *known, int count);

#endif
