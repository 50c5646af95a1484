/* trainc layers --examples: for every row of every table the smallest whole spec that uses it. */
#include <stdlib.h>
#include <string.h>
#include <cjson/cJSON.h>
#include "describe_tables.h"
#include "options.h"

struct example { const char *layers, *activation, *initializer, *loss, *optimizer, *metric, *export; int classes; };

static const struct example plain = {"- flatten\n", "softmax", "glorot_uniform", "categorical_crossentropy", "sgd", "accuracy",
	"keras: {file: x.hd5}", 3};

/* plain with the row in its place. */
static struct example example_of(struct arena *a, const struct table *t, const struct row *r, int index)
{
	struct example e = plain;
	if (!strcmp(t->kind, "layer"))
		e.layers = layer_types[index]->example;
	else if (!strcmp(t->kind, "activation"))
		e.layers = arena_format(a, "- conv2d: {filters: 2, kernel_size: 3, activation: %s}\n- flatten\n", r->name);
	else if (!strcmp(t->kind, "loss"))
		e.loss = r->name;
	else if (!strcmp(t->kind, "optimizer"))
		e.optimizer = r->name;
	else if (!strcmp(t->kind, "initializer") && strcmp(r->name, "identity"))
		e.initializer = r->name;
	else if (!strcmp(t->kind, "initializer"))
		e.layers = "- flatten\n- dense: {units: 72, kernel_initializer: identity}\n";
	else if (!strcmp(t->kind, "metric"))
		e.metric = r->name;
	else if (!strcmp(r->name, "mxnet"))
		e.export = "mxnet: {prefix: x}";
	return e;
}

static const char *indent(struct arena *a, const char *lines)
{
	struct text t = {.arena = a};
	for (const char *end; (end = strchr(lines, '\n')); lines = end + 1)
		text_format(&t, "    %.*s\n", (int)(end - lines), lines);
	return t.text;
}

static const char *spec_text(struct arena *a, const struct example *e)
{
	return arena_format(a,
		"version: 1\nname: example\ndata:\n  channels:\n"
		"    training: {images: a, labels: b}\n    validation: {images: c, labels: d}\n"
		"  classes: %d\nmodel:\n  input: [6, 6, 2]\n  layers:\n%s"
		"    - dense: {units: %d, activation: %s, kernel_initializer: %s}\n"
		"training: {loss: %s, optimizer: %s, metrics: [%s], batch_size: 4, shuffle: false}\nexport: {%s}\n",
		e->classes, indent(a, e->layers), e->classes, e->activation, e->initializer, e->loss, e->optimizer, e->metric, e->export);
}

int describe_examples(FILE *out)
{
	struct arena *a = arena_new();
	for (const struct table *t = describe_tables(a); t->kind; t++) {
		for (int i = 0; t->rows[i]; i++) {
			struct example e = example_of(a, t, t->rows[i], i);
			cJSON *text = cJSON_CreateString(spec_text(a, &e));
			char *quoted = text ? cJSON_PrintUnformatted(text) : NULL;
			if (!quoted)
				abort();
			fprintf(out, "%s\t%s\t%s\n", t->kind, t->rows[i]->name, quoted);
			free(quoted);
			cJSON_Delete(text);
		}
	}
	arena_free(a);
	return EXIT_DONE;
}
