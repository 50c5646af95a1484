/* The order in which Keras lists layers, read from the model_config that trainc wrote; Keras matches weights by it. */
#include "export.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static int find_layer(const struct rt_model *m, const char *name)
{
	for (int i = 0; i < m->n_layers; i++)
		if (!strcmp(m->layers[i].name, name))
			return i;
	return -1;
}

static int *read_order(const struct rt_model *m, const cJSON *layers, int *n)
{
	int *order = malloc(((size_t)cJSON_GetArraySize(layers) + 1) * sizeof *order);
	const cJSON *layer;

	*n = 0;
	if (!order)
		rt_fail(RT_SYSTEM_ERROR, "not enough memory for the order of layers");
	cJSON_ArrayForEach(layer, layers) {
		const cJSON *config = cJSON_GetObjectItemCaseSensitive(layer, "config");
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(config, "name"));
		int index = name ? find_layer(m, name) : -1;

		if (!order || index < 0) {
			free(order);
			rt_fail(RT_INTERNAL_ERROR, "model_config names the layer '%s', which the model has not",
				name ? name : "");
			return NULL;
		}
		order[(*n)++] = index;
	}
	return order;
}

int *rt_keras_order(const struct rt_model *m, const char *model_config, int *n)
{
	cJSON *root = cJSON_Parse(model_config);
	const cJSON *config = cJSON_GetObjectItemCaseSensitive(root, "config");
	int *order = read_order(m, cJSON_GetObjectItemCaseSensitive(config, "layers"), n);

	cJSON_Delete(root);
	return order;
}

int *rt_keras_parameters(const struct rt_model *m, const int *layers, int n_layers, bool trainable_only, int *n)
{
	int *order = malloc(((size_t)m->n_parameters + 1) * sizeof *order);

	*n = 0;
	if (!order)
		rt_fail(RT_SYSTEM_ERROR, "not enough memory for the order of weights");
	for (int i = 0; i < n_layers && order; i++)
		for (int j = 0; j < m->n_parameters; j++)
			if (m->parameters[j].layer == layers[i] && (m->parameters[j].trainable || !trainable_only))
				order[(*n)++] = j;
	return order;
}

bool rt_keras_saves_iterations(const char *optimizer)
{
	static const char *const without[] = {"RMSprop", "Adagrad", "Adadelta"};

	for (size_t i = 0; i < sizeof without / sizeof *without; i++)
		if (!strcmp(optimizer, without[i]))
			return false;
	return true;
}
