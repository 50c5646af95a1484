/* Keys: what a mapping in a spec may hold. Layers, optimizers, initializers, exports … are rows that list their keys;
 * the same list checks specs, prints docs and the JSON Schema, and writes Keras's configuration. */
#ifndef TRAINC_KEY_H
#define TRAINC_KEY_H
#include "diag.h"

enum kind {
	KIND_INT, KIND_FLOAT, KIND_BOOL, KIND_STRING,
	KIND_CHOICE,        /* one of choices */
	KIND_PAIR,          /* n or [h, w] -> integers[0..1] */
	KIND_PADDING,       /* n, [h, w] or [[t, b], [l, r]] -> integers[0..3] = t b l r */
	KIND_SHAPE,         /* [n], [n, n] or [n, n, n] -> integers[0..count-1] */
	KIND_FRACTION,      /* a number or "1/255" */
	KIND_ROW,           /* a row of rows by name, or {name: {key: value}} -> call */
	KIND_UNSUPPORTED,   /* Keras has it, we do not yet: null only */
};

struct row;

struct key {
	const char *name;
	const char *alias;                  /* another name, or NULL */
	enum kind kind;
	const char *fallback;               /* the default, as YAML ("null": none); NULL: must be given */
	double min, max;                    /* numbers, both included; 0, 0: no bounds */
	const char *const *choices;         /* KIND_CHOICE, NULL-terminated */
	const struct row *const *rows;      /* KIND_ROW, NULL-terminated */
	bool runtime;                       /* $hyperparameter may stand here */
	bool below_max;                     /* max itself is excluded (rate) */
	bool nullable;                      /* null stands for the default, as Keras's None does */
	const char *help;                   /* one line for docs */
};

/* What every table's rows begin with: a name, its aliases, one line of docs and the keys it takes. */
struct row {
	const char *name;
	const char *const *aliases;         /* NULL-terminated or NULL: mse, MSE */
	const char *summary;
	const struct key *keys;             /* ends with a NULL name; NULL: none */
	const char *keras;                  /* Keras's class or function name */
};

struct hyperparameter {
	const char *name;
	struct at at;
	enum kind kind;                     /* KIND_INT, KIND_FLOAT, KIND_BOOL or KIND_STRING */
	const char *fallback;               /* the default, as text */
	bool has_min, has_max;
	double min, max;
	const char **aliases; int n_aliases;
	bool used;
	bool wrong;                         /* its declaration is, and was reported */
	int index;                          /* in the spec's list */
};

struct call;

struct value {
	struct at at;
	bool given;                                    /* stood in the spec; else the default */
	bool none;                                     /* null */
	const struct hyperparameter *hyperparameter;   /* $name; number holds its default */
	double number;                                 /* INT, FLOAT, FRACTION, BOOL (0 or 1) */
	long integers[4]; int count;                   /* PAIR, PADDING, SHAPE; INT in integers[0] */
	const char *text;                              /* STRING, CHOICE */
	const struct call *call;                       /* ROW */
};

/* A row used in a spec with the values of its keys, in the order of row->keys. */
struct call { const struct row *row; struct at at; struct value *values; };

/* The value of the key called name; a bug if the row has no such key. */
const struct value *call_value(const struct call *c, const char *name);

#endif
