/* Every row of every table says what docs, schema and tests need: names, summaries, defaults that can be read, and examples
 * that compile. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "check.h"
#include "describe_tables.h"
#include "graph.h"
#include "keras_words.h"

static bool is_line(const char *text)
{
	return text && *text && !strchr(text, '\n') && text[strlen(text) - 1] != '.';
}

/* name, aliases: snake_case, unlike all others of the table. */
static void check_name(const struct table *t, const struct row *r)
{
	for (const char *p = r->name; *p; p++)
		CHECK(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_');
	CHECK(row_find(t->rows, r->name) == r);
	for (const char *const *alias = r->aliases; alias && *alias; alias++)
		CHECK(row_find(t->rows, *alias) == r);
}

static void check_key(struct names *n, const struct row *r, const struct key *k)
{
	struct value v;
	bool good = (k->kind != KIND_CHOICE || k->choices) && (k->kind != KIND_ROW || k->rows) && is_line(k->help);
	for (const struct key *other = r->keys; other < k; other++)
		good = good && strcmp(other->name, k->name);
	if (k->fallback)
		value_default(n, k, (struct at){0}, &v);
	if (!good || diag_errors(n->diag))
		printf("key %s of %s:\n", k->name, r->name);
	CHECK(good && !diag_errors(n->diag));
	n->diag = diag_new(n->arena);
}

static void check_row(struct names *n, const struct table *t, const struct row *r)
{
	if (!is_line(r->summary))
		printf("%s %s has no summary of one line\n", t->kind, r->name);
	CHECK(is_line(r->summary));
	check_name(t, r);
	for (const struct key *k = r->keys; k && k->name; k++)
		check_key(n, r, k);
}

static void check_layers(void)
{
	for (int i = 0; layer_types[i]; i++) {
		const struct layer_type *t = layer_types[i];
		CHECK(t->row.keras && t->example && t->infer && t->lower && t->min_inputs >= 1 && t->max_inputs >= t->min_inputs);
		CHECK(t->example && strstr(t->example, t->row.name));
	}
}

/* trainc layers --examples, line by line: KIND, NAME and a spec as a JSON string. */
static bool compiles(char *quoted)
{
	struct arena *a = arena_new();
	struct diag *d = diag_new(a);
	const struct yaml *root = NULL, *inner = NULL;
	char path[] = "/tmp/trainc-unit-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	if (!f)
		abort();
	fprintf(f, "%s\n", quoted);                     /* JSON is YAML: one string */
	fclose(f);
	if (yaml_read(a, path, d, &root) == YAML_OK && (f = fopen(path, "w"))) {
		fputs(root->text, f);
		fclose(f);
	}
	bool ok = root && yaml_read(a, path, d, &inner) == YAML_OK;
	const struct spec *s = ok ? spec_check(a, inner, d) : NULL;
	ok = s && graph_build(a, s, d);
	diag_print(d, stdout, false);
	unlink(path);
	arena_free(a);
	return ok;
}

static void check_examples(int rows)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	describe_examples(f);
	fclose(f);
	int lines = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
		char *quoted = strrchr(line, '\t');
		bool ok = quoted && compiles(quoted + 1);
		if (!ok)
			printf("example: %s\n", line);
		CHECK(ok);
	}
	CHECK(lines == rows);
	free(text);
}

/* A word that is known by now would never be looked up, and one that stands for an unknown word would mislead. */
static void check_keras_words(const struct table *tables)
{
	for (const struct keras_word *k = keras_words; k->name; k++) {
		bool good = !(k->ours && k->instead);
		for (const struct table *t = tables; t->kind; t++)
			if (!strcmp(t->kind, k->where))
				good = good && !row_find(t->rows, k->name) && (!k->ours || row_find(t->rows, k->ours));
		if (!good)
			printf("Keras's %s %s is known, or is said to be called what nothing is called\n", k->where, k->name);
		CHECK(good);
	}
	CHECK(keras_word_find("optimizer", "adamw") && !keras_word_find("optimizer", "adam"));
}

int main(void)
{
	struct arena *a = arena_new();
	struct names n = {.arena = a, .diag = diag_new(a)};
	int rows = 0;
	for (const struct table *t = describe_tables(a); t->kind; t++)
		for (const struct row *const *r = t->rows; *r; r++, rows++)
			check_row(&n, t, *r);
	CHECK(rows > 30);
	check_layers();
	check_keras_words(describe_tables(a));
	check_examples(rows);
	arena_free(a);
	return checks_failed();
}
