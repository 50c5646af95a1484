/* What templates see: objects whose named fields are texts, flags or lists of objects. Building the view is the only
 * place that names template variables. */
#ifndef TRAINC_VIEW_H
#define TRAINC_VIEW_H
#include "plan.h"

struct object;

struct field {
	const char *name;
	const char *text;                   /* a text or number; NULL for a section */
	struct object **items; int n, capacity;             /* a section: rendered once an item, not at all when n is 0 */
	struct field *next;
};

struct object { struct arena *arena; struct field *fields, **end; };

struct object *object_new(struct arena *a);
void object_text(struct object *o, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A section rendered once if set and skipped if not; its inside sees the fields around it. */
void object_flag(struct object *o, const char *name, bool set);
/* Appends an item to the section called name and returns it. */
struct object *object_item(struct object *o, const char *name);
/* The field called name, or NULL. */
const struct field *object_find(const struct object *o, const char *name);

/* What the generated program is rendered with. amx: its files for processors with AMX; NULL: it has none. */
struct view { const struct object *root, *amx; };

struct templates;
struct view view_of_plan(struct arena *a, const struct plan *p, const struct templates *t);

#endif
