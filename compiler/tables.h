/* The tables beside the layers': one file each. Every list is NULL-terminated and in the order that docs print. */
#ifndef TRAINC_TABLES_H
#define TRAINC_TABLES_H
#include "key.h"

/* What numbers there may be: any, each between 0 and 1, or shares that add up to 1. Each includes those behind it. */
enum range { RANGE_ANY, RANGE_UNIT, RANGE_SHARES };

/* Elementwise functions y = f(x); softmax stands here too, without expressions. The expressions are C over real_exp,
 * real_tanh …, the functions of runtime/cpu/real.h. */
struct activation_type {
	struct row row;                     /* row.keras: Keras's name */
	const char *forward;                /* in x */
	const char *backward;               /* dx, in y and dy: relu'(0) = 0 */
	enum range range;                   /* of y */
	bool gate;                          /* dx is dy where y > 0, else 0 */
	const char *mxnet;                  /* op and attributes: "Activation act_type=relu"; NULL for linear */
};
struct loss_type {
	struct row row;
	enum range range;                   /* of the outputs that it is made for */
	const char *activation;             /* that gives such outputs; NULL: any does */
	bool sparse;                        /* takes the class's number, not one-hot */
	bool classes_only;                  /* takes no classes: 1 */
	double least, most;                 /* of a label where classes is 1 */
};
struct optimizer_type {
	struct row row;                     /* row.keras: "SGD" */
	/* One flat buffer each, in Keras's order of saving; NULL-terminated. */
	const char *const *(*states)(const struct call *c);
	int saved_states;                   /* that Keras saves; those we lack it saves as one zero a parameter (Adam's vhats) */
	/* C, once a step: const real constants from lr (decayed), t (updates before this one) and the keys (all doubles). */
	const char *(*prepare)(const struct call *c);
	/* C, per element: changes weight from the gradient g and the states by name. */
	const char *(*update)(const struct call *c);
};
struct initializer_type {
	struct row row;
	const char *runtime;                /* enumerator in rt.h */
	/* Those of fixed settings (glorot_uniform …): variance scaling's; scale 0 for all others, whose settings are keys. */
	double scale; const char *mode; bool normal;        /* mode: RT_FAN_IN … */
	bool matrix, square;                /* takes arrays of rank 2 and more only; square matrices only */
};
struct metric_type { struct row row; const char *log_name, *template; };   /* "acc"; templates/cpu/metric/TEMPLATE.c */
struct export_type {
	struct row row;
	const char *runtime;                /* the row's name in rt.h: rt_export_keras */
};

extern const struct row *const activations[], *const losses[], *const optimizers[], *const initializers[],
	*const metrics[], *const exports[];

#endif
