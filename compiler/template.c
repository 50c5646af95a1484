/* The template engine: see template.h for the language. It decides nothing; it copies text and looks names up. */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include "template.h"
#include "view.h"

enum { DEPTH = 32, EXIT_FILE = 3 };

struct engine {
	struct arena *arena;
	const struct templates *templates;
	struct text out;
	const struct object *stack[DEPTH]; int depth;
	int partials;
};

struct cursor { const char *name, *text, *at, *end; };

/* kind: one of # ^ / > ! or 0 for a name; indent: how many spaces and tabs stand before a tag that takes its whole line */
enum { NAME = 64 };

struct tag { char kind, name[NAME]; const char *start, *end; size_t indent; };         /* name: "" for a comment */

static void __attribute__((noreturn)) fail(const struct cursor *c, const char *at, const char *what, const char *name)
{
	int line = 1, column = 1;
	for (const char *p = c->text; p < at; p++) {
		column = *p == '\n' ? 1 : column + 1;
		line += *p == '\n';
	}
	fprintf(stderr, "%s:%d:%d: error: %s%s%s%s\n", c->name, line, column, what, name ? " '" : "", name ? name : "",
		name ? "'" : "");
	exit(EXIT_FILE);
}

static const struct field *look_up(const struct engine *e, const struct cursor *c, const struct tag *tag)
{
	for (int i = e->depth - 1; i >= 0; i--) {
		const struct field *f = object_find(e->stack[i], tag->name);
		if (f)
			return f;
	}
	fail(c, tag->start, "unknown name", tag->name);
}

/* Finds the next tag at or behind c->at; false at the end. */
static bool next_tag(const struct cursor *c, struct tag *tag)
{
	const char *open = strstr(c->at, "{{");
	if (!open || open >= c->end)
		return false;
	const char *close = strstr(open, "}}");
	if (!close)
		fail(c, open, "{{ without }}", NULL);
	const char *name = open + 2;
	tag->kind = 0;
	if (strchr("#^/>!", *name))
		tag->kind = *name++;
	while (*name == ' ')
		name++;
	size_t n = tag->kind == '!' ? 0 : (size_t)(close - name);
	while (n && name[n - 1] == ' ')
		n--;
	if (n >= sizeof tag->name)
		fail(c, open, "name is too long", NULL);
	memcpy(tag->name, name, n);
	tag->name[n] = 0;
	tag->start = open;
	tag->end = close + 2;
	tag->indent = 0;
	return true;
}

/* A control tag alone on its line takes the whole line with it. */
static void widen_to_line(const struct cursor *c, struct tag *tag)
{
	if (!tag->kind)
		return;
	const char *from = tag->start, *to = tag->end;
	while (from > c->text && (from[-1] == ' ' || from[-1] == '\t'))
		from--;
	while (to < c->end && (*to == ' ' || *to == '\t'))
		to++;
	if ((from == c->text || from[-1] == '\n') && to < c->end && *to == '\n') {
		tag->indent = (size_t)(tag->start - from);
		tag->start = from;
		tag->end = to + 1;
	}
}

/* The end of the section opened by tag; *close is its closing tag. */
static void find_close(const struct cursor *c, const struct tag *open, struct tag *close)
{
	struct cursor inside = *c;
	int depth = 1;
	inside.at = open->end;
	while (next_tag(&inside, close)) {
		if (close->kind == '#' || close->kind == '^')
			depth++;
		if (close->kind == '/' && --depth == 0) {
			if (strcmp(close->name, open->name))
				fail(c, close->start, "closing tag does not match section", open->name);
			widen_to_line(c, close);
			return;
		}
		inside.at = close->end;
	}
	fail(c, open->start, "section is not closed", open->name);
}

static void render(struct engine *e, struct cursor c);

static void render_section(struct engine *e, const struct cursor *c, const struct tag *open, const struct tag *close)
{
	const struct field *f = look_up(e, c, open);
	struct cursor inside = {c->name, c->text, open->end, close->start};
	if (f->text)
		fail(c, open->start, "not a section", open->name);
	if (open->kind == '^') {
		if (!f->n)
			render(e, inside);
		return;
	}
	if (e->depth == DEPTH)
		fail(c, open->start, "sections nested too deeply", NULL);
	for (int i = 0; i < f->n; i++) {
		e->stack[e->depth++] = f->items[i];
		render(e, inside);
		e->depth--;
	}
}

static const char *read_file(struct arena *a, const char *path)
{
	struct text t = {.arena = a};
	char part[4096];
	size_t n;
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	text_add(&t, "");
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		text_add_bytes(&t, part, n);
	fclose(f);
	return text_behind_mark(t.text);
}

static const char *find_template(struct arena *a, const struct templates *t, const char *name)
{
	if (t->directory) {
		const char *path = arena_format(a, "%s/%s", t->directory, name);
		const char *text = read_file(a, path);
		if (!text) {
			fprintf(stderr, "trainc: cannot read template %s: %s\n", path, strerror(errno));
			exit(EXIT_FILE);
		}
		return text;
	}
	for (const struct embedded *e = embedded_templates; e->name; e++)
		if (!strcmp(e->name, name))
			return e->text;
	fprintf(stderr, "trainc: no template '%s' is built in\n", name);
	exit(EXIT_FILE);
}

/* Adds text with indent before each line that is not empty. */
static void add_indented(struct text *out, const char *text, const char *indent, size_t n)
{
	while (*text) {
		size_t line = strcspn(text, "\n");
		if (line)
			text_add_bytes(out, indent, n);
		line += text[line] == '\n';
		text_add_bytes(out, text, line);
		text += line;
	}
}

static void render_partial(struct engine *e, const struct cursor *c, const struct tag *tag)
{
	if (e->partials == DEPTH)
		fail(c, tag->start, "partials nested too deeply", tag->name);
	const char *text = find_template(e->arena, e->templates, tag->name);
	struct text out = e->out;
	e->out = (struct text){.arena = e->arena};
	text_add(&e->out, "");
	e->partials++;
	render(e, (struct cursor){tag->name, text, text, text + strlen(text)});
	e->partials--;
	add_indented(&out, e->out.text, tag->start, tag->indent);
	e->out = out;
}

static void render(struct engine *e, struct cursor c)
{
	struct tag tag, close;
	while (next_tag(&c, &tag)) {
		widen_to_line(&c, &tag);
		text_add_bytes(&e->out, c.at, (size_t)(tag.start - c.at));
		c.at = tag.end;
		if (tag.kind == '#' || tag.kind == '^') {
			find_close(&c, &tag, &close);
			render_section(e, &c, &tag, &close);
			c.at = close.end;
		} else if (tag.kind == '>') {
			render_partial(e, &c, &tag);
		} else if (tag.kind == '/') {
			fail(&c, tag.start, "closes no section", tag.name);
		} else if (!tag.kind) {
			const struct field *f = look_up(e, &c, &tag);
			if (!f->text)
				fail(&c, tag.start, "a section, not a text", tag.name);
			text_add(&e->out, f->text);
		}
	}
	text_add_bytes(&e->out, c.at, (size_t)(c.end - c.at));
}

const char *template_render_text(struct arena *a, const struct templates *t, const char *name, const char *text,
	const struct object *o)
{
	struct engine e = {.arena = a, .templates = t, .out = {.arena = a}, .stack = {o}, .depth = 1};
	text_add(&e.out, "");
	render(&e, (struct cursor){name, text, text, text + strlen(text)});
	return e.out.text ? e.out.text : "";
}

const char *template_render(struct arena *a, const struct templates *t, const char *name, const struct object *o)
{
	return template_render_text(a, t, name, find_template(a, t, name), o);
}
