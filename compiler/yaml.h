/* A YAML document as a tree with positions, read with libyaml. Refuses duplicate keys, several documents,
 * constructing tags (!!python/…), NUL bytes, invalid UTF-8, deep nesting and alias bombs. Merge keys (<<) are resolved. */
#ifndef TRAINC_YAML_H
#define TRAINC_YAML_H
#include "diag.h"

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_pair { const char *key; struct at at; const struct yaml *value; };   /* at: the key's place */

struct yaml {
	enum yaml_kind kind;
	struct at at;
	const char *text;                 /* scalar */
	bool quoted;                      /* scalar: in quotes or a block, hence a string */
	int n;
	const struct yaml **items;        /* sequence */
	const struct yaml_pair *pairs;    /* mapping, in the order written */
};

enum yaml_status { YAML_OK, YAML_WRONG, YAML_UNREADABLE };

/* Reads the file at path. YAML_OK: *root is set (mistakes that leave a tree are reported to d all the same).
 * YAML_WRONG: reported to d; YAML_UNREADABLE: errno says why. */
enum yaml_status yaml_read(struct arena *a, const char *path, struct diag *d, const struct yaml **root);
/* Whether two words differ in capitals and underscores at most: BatchNormalization, batch_normalization. */
bool yaml_same_word(const char *a, const char *b);
/* The value in a mapping under the key that is the same word, or NULL. */
const struct yaml *yaml_get(const struct yaml *mapping, const char *key);

#endif
