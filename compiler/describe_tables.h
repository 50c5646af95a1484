/* All tables in one list, for those who loop over everything. */
#ifndef TRAINC_DESCRIBE_TABLES_H
#define TRAINC_DESCRIBE_TABLES_H
#include "describe.h"
#include "layer.h"
#include "value.h"

struct table { const char *kind, *title; const struct row *const *rows; };

/* Ends with a NULL kind. */
const struct table *describe_tables(struct arena *a);

#endif
