/* The parts of the view, one file each. */
#ifndef TRAINC_VIEW_PARTS_H
#define TRAINC_VIEW_PARTS_H
#include "passes.h"
#include "tables.h"
#include "view.h"

/* view_model.c: names, hyperparameters, layers, parameters, optimizer, exports. */
void view_model(struct object *root, const struct plan *p);
/* view_exports.c: the exports with their texts. */
void view_exports(struct object *root, const struct graph *g);

/* view_step.c: what the template of a step's function sees; v as a C expression of the target's generated functions: a literal,
 * or the hyperparameter's number. */
struct object *view_step(struct arena *a, const struct object *root, const struct target *t, const struct step *s);
const char *view_number(struct arena *a, const struct target *t, const struct value *v);

#endif
