/* Reads YAML nodes by a key's kind. */
#ifndef TRAINC_VALUE_H
#define TRAINC_VALUE_H
#include "key.h"
#include "yaml.h"

/* What values may refer to. */
struct names {
	struct arena *arena;
	struct diag *diag;
	struct hyperparameter **hyperparameters; int n_hyperparameters;
	bool incomplete;                    /* declarations of hyperparameters were not understood, which was reported */
};

/* Reads y as k's kind into *v; false after reporting. owner ("conv2d") is for messages. */
bool value_read(struct names *n, const struct key *k, const char *owner, const struct yaml *y, struct value *v);
/* k's default as a value. */
void value_default(struct names *n, const struct key *k, struct at at, struct value *v);
/* The values of row's keys from a mapping, or from the first key's value alone (NULL: all defaults): unknown and missing
 * keys, kinds and ranges are reported.
 * ignored: NULL-terminated keys that are someone else's, or NULL. False if anything was wrong. */
bool values_read(struct names *n, const struct row *row, const struct yaml *mapping, struct at at,
	const char *const *ignored, struct value **values);
/* A row by name, or {name: {…}}, from rows; what ("a loss") is for messages. NULL after reporting. */
const struct call *call_read(struct names *n, const struct row *const *rows, const char *what, const struct yaml *y);
const struct row *row_find(const struct row *const *rows, const char *name);
/* Reports an unknown name with a suggestion from rows. */
void row_unknown(struct names *n, const struct row *const *rows, const char *what, const char *name, struct at at);
/* Reports the keys of mapping that are not among the n known. False if there was one. */
bool keys_known(struct names *n, const struct yaml *mapping, const char *owner, const char *const *known, int n_known);
/* Whether the mapping lacks this key. It does not where an unknown key was probably meant for it, which keys_known reports. */
bool key_missing(struct names *n, const struct yaml *mapping, const char *owner, const char *const *known, int n_known,
	const char *key);
/* "1/255" or a number. */
bool number_read(const char *text, double *x);

#endif
