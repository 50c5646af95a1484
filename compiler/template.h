/* Templates: a strict subset of Mustache. {{name}} {{#section}}…{{/section}} {{^section}}…{{/section}} {{>partial}}
 * {{! comment}}. An unknown name is an error, nothing is escaped, and a control tag alone on its line leaves no line;
 * a partial's tag alone on its line indents the partial. */
#ifndef TRAINC_TEMPLATE_H
#define TRAINC_TEMPLATE_H
#include "arena.h"

struct object;

/* templates/ as built into the compiler, by name below it; ends with a NULL name. */
struct embedded { const char *name; const char *text; size_t size; };
extern const struct embedded embedded_templates[];

/* Where templates come from: directory, or what is built in when it is NULL. */
struct templates { const char *directory; };

/* Renders the template called name; a mistake in a template is the compiler's bug (or --templates' author's): it is
 * printed as NAME:LINE:COL: and ends the process with exit code 3. */
const char *template_render(struct arena *a, const struct templates *t, const char *name, const struct object *o);
/* The same for a text that stands in a row; name is for messages. */
const char *template_render_text(struct arena *a, const struct templates *t, const char *name, const char *text,
	const struct object *o);

#endif
