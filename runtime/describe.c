/* The model's layers as a table, in Keras's words. */
#include "internal.h"
#include <stdio.h>
#include <string.h>

enum { NAMES = 36, SHAPES = 24, COUNTS = 12, INPUTS = 20 };

static void rule(int width, char c)
{
	while (width-- > 0)
		putchar(c);
	putchar('\n');
}

static bool branches(const struct rt_model *m)
{
	for (int i = 0; i < m->n_layers; i++)
		if (m->layers[i].inputs && m->layers[i].inputs[0])
			return true;
	return false;
}

static size_t count_of(const struct rt_model *m, int layer, bool trainable_only)
{
	size_t count = 0;
	for (int i = 0; i < m->n_parameters; i++) {
		const struct rt_parameter *p = &m->parameters[i];
		if ((layer < 0 || p->layer == layer) && (p->trainable || !trainable_only))
			count += p->count;
	}
	return count;
}

static void describe_layer(const struct rt_model *m, int i, bool inputs)
{
	const struct rt_layer *l = &m->layers[i];
	char name[256];
	snprintf(name, sizeof name, "%s (%s)", l->name, l->type);
	printf("%-*s %-*s %*zu", NAMES, name, SHAPES, l->shape, COUNTS, count_of(m, i, false));
	printf(inputs && l->inputs[0] ? "  %s\n" : "\n", l->inputs);
}

void rt_describe(const struct rt_model *m)
{
	bool inputs = branches(m);
	int width = NAMES + 1 + SHAPES + 1 + COUNTS + (inputs ? INPUTS : 0);
	size_t all = count_of(m, -1, false), trainable = count_of(m, -1, true);
	printf("%s, from %s\n", m->name, m->file);
	printf("%-*s %-*s %*s%s\n", NAMES, "Layer (type)", SHAPES, "Output Shape", COUNTS, "Param #", inputs ? "  Connected to" : "");
	rule(width, '=');
	for (int i = 0; i < m->n_layers; i++)
		describe_layer(m, i, inputs);
	rule(width, '=');
	printf("Total params: %zu\nTrainable params: %zu\nNon-trainable params: %zu\n", all, trainable, all - trainable);
	if (m->bfloat16)
		printf("Operands in bfloat16: %s\n", m->bfloat16);
	if (m->bfloat16_amx)
		printf("With AMX: %s\n", m->bfloat16_amx);
}
