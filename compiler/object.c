/* Objects of the view: short linked lists of fields, built once and read by the template engine. */
#include <string.h>
#include "view.h"

struct object *object_new(struct arena *a)
{
	struct object *o = ARENA_NEW(a, struct object);
	o->arena = a;
	o->end = &o->fields;
	return o;
}

const struct field *object_find(const struct object *o, const char *name)
{
	for (const struct field *f = o->fields; f; f = f->next)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static struct field *field_of(struct object *o, const char *name)
{
	struct field *f = (struct field *)object_find(o, name);
	if (f)
		return f;
	f = ARENA_NEW(o->arena, struct field);
	f->name = name;
	*o->end = f;
	o->end = &f->next;
	return f;
}

void object_text(struct object *o, const char *name, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	field_of(o, name)->text = arena_vformat(o->arena, format, ap);
	va_end(ap);
}

static struct object *append(struct object *o, struct field *f)
{
	if (f->n == f->capacity) {
		f->capacity = f->capacity ? 2 * f->capacity : 1;
		struct object **items = ARENA_ARRAY(o->arena, struct object *, f->capacity);
		if (f->n)
			memcpy(items, f->items, sizeof *items * (size_t)f->n);
		f->items = items;
	}
	f->items[f->n] = object_new(o->arena);
	return f->items[f->n++];
}

void object_flag(struct object *o, const char *name, bool set)
{
	struct field *f = field_of(o, name);
	if (set && !f->n)
		append(o, f);
}

struct object *object_item(struct object *o, const char *name)
{
	return append(o, field_of(o, name));
}
