/* The tables as text and Markdown: see describe.h. The JSON Schema is in describe_schema.c, the examples in
 * describe_examples.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "describe_tables.h"
#include "options.h"

static const struct row **layer_rows(struct arena *a)
{
	int n = 0;
	while (layer_types[n])
		n++;
	const struct row **rows = ARENA_ARRAY(a, const struct row *, n + 1);
	for (int i = 0; i < n; i++)
		rows[i] = &layer_types[i]->row;
	return rows;
}

const struct table *describe_tables(struct arena *a)
{
	const struct table all[] = {
		{"layer", "Layers", layer_rows(a)}, {"activation", "Activations", activations}, {"loss", "Losses", losses},
		{"optimizer", "Optimizers", optimizers}, {"initializer", "Initializers", initializers}, {"metric", "Metrics", metrics},
		{"export", "Exports", exports}, {0},
	};
	struct table *copy = ARENA_ARRAY(a, struct table, sizeof all / sizeof *all);
	memcpy(copy, all, sizeof all);
	return copy;
}

/* "whole number, at least 1", for a reader */
static const char *kind_words(struct arena *a, const struct key *k)
{
	static const char *const words[] = {
		[KIND_INT] = "whole number", [KIND_FLOAT] = "number", [KIND_BOOL] = "true or false", [KIND_STRING] = "string",
		[KIND_PAIR] = "n or [h, w]", [KIND_PADDING] = "n, [h, w] or [[t, b], [l, r]]", [KIND_SHAPE] = "list of sizes",
		[KIND_FRACTION] = "number or fraction", [KIND_UNSUPPORTED] = "null",
	};
	if (k->kind == KIND_ROW)
		return k->rows == activations ? "activation" : "initializer";
	if (k->kind != KIND_CHOICE)
		return arena_format(a, "%s%s", words[k->kind], k->runtime ? ", or $hyperparameter" : "");
	struct text t = {.arena = a};
	for (int i = 0; k->choices[i]; i++)
		text_format(&t, "%s%s", i ? " or " : "", k->choices[i]);
	return t.text;
}

static void print_row(FILE *out, struct arena *a, const struct table *t, const struct row *r)
{
	fprintf(out, "%s %s: %s\n", t->kind, r->name, r->summary);
	for (const char *const *alias = r->aliases; alias && *alias; alias++)
		fprintf(out, "  also called %s\n", *alias);
	for (const struct key *k = r->keys; k && k->name; k++)
		fprintf(out, "  %-28s %-28s %s%s%s\n", k->name, k->fallback ? arena_format(a, "default %s", k->fallback) : "required",
			kind_words(a, k), k->help ? "; " : "", k->help ? k->help : "");
}

static void complain(struct arena *a, const char *name)
{
	static const struct source source = {.path = "trainc"};
	const char *names[512];
	int n = 0;
	struct diag *d = diag_new(a);

	for (const struct table *t = describe_tables(a); t->kind; t++)
		for (const struct row *const *r = t->rows; *r && n < (int)(sizeof names / sizeof *names); r++)
			names[n++] = (*r)->name;
	diag_error(d, (struct at){.source = &source}, "nothing is called '%s'; trainc layers lists all there is", name);
	diag_suggest(d, name, names, n);
	diag_print(d, stderr, false);
}

int describe_layers(FILE *out, const char *name)
{
	struct arena *a = arena_new();
	bool found = false;
	for (const struct table *t = describe_tables(a); t->kind; t++) {
		if (!name)
			fprintf(out, "%s\n", t->title);
		for (const struct row *const *r = t->rows; *r; r++) {
			const struct row *const one[] = {*r, NULL};
			if (name && row_find(one, name)) {
				print_row(out, a, t, *r);
				found = true;
			} else if (!name) {
				fprintf(out, "  %-34s %s\n", (*r)->name, (*r)->summary);
			}
		}
	}
	if (!name)
		fprintf(out, "\ntrainc layers NAME says what one of them takes\n");
	else if (!found)
		complain(a, name);
	arena_free(a);
	return name && !found ? EXIT_COMMAND : EXIT_DONE;
}

static void markdown_keys(FILE *out, struct arena *a, const struct row *r)
{
	fprintf(out, "| key | default | value | |\n| --- | --- | --- | --- |\n");
	for (const struct key *k = r->keys; k->name; k++)
		if (k->kind != KIND_UNSUPPORTED)
			fprintf(out, "| `%s` | %s | %s | %s |\n", k->name, k->fallback ? arena_format(a, "`%s`", k->fallback) : "required",
				kind_words(a, k), k->help ? k->help : "");
	fprintf(out, "\n");
	const char *between = "Accepted as null only: ";
	for (const struct key *k = r->keys; k->name; k++) {
		if (k->kind != KIND_UNSUPPORTED)
			continue;
		fprintf(out, "%s`%s`", between, k->name);
		between = ", ";
	}
	if (!strcmp(between, ", "))
		fprintf(out, ".\n\n");
}

int describe_markdown(FILE *out)
{
	struct arena *a = arena_new();
	fprintf(out, "# What a spec may hold\nWritten by `trainc layers --markdown` from the compiler's tables.\n\n");
	fprintf(out, "Every layer also takes `name` and `inputs`. Defaults are Keras 2.2.4's.\n\n");
	for (const struct table *t = describe_tables(a); t->kind; t++) {
		fprintf(out, "## %s\n\n", t->title);
		for (const struct row *const *r = t->rows; *r; r++) {
			fprintf(out, "### %s\n%s", (*r)->name, (*r)->summary);
			for (const char *const *alias = (*r)->aliases; alias && *alias; alias++)
				fprintf(out, "%s`%s`", alias == (*r)->aliases ? ". Also called " : ", ", *alias);
			fprintf(out, ".\n\n");
			if ((*r)->keys)
				markdown_keys(out, a, *r);
		}
	}
	arena_free(a);
	return EXIT_DONE;
}
