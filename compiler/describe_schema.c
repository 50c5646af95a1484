/* trainc schema: the spec language as JSON Schema, from the same keys that check specs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cjson/cJSON.h>
#include "describe_tables.h"
#include "options.h"

static cJSON *parse(const char *json)
{
	cJSON *x = cJSON_Parse(json);
	if (!x)
		abort();
	return x;
}

static cJSON *reference(const char *definition)
{
	char path[64];
	cJSON *x = cJSON_CreateObject();
	snprintf(path, sizeof path, "#/$defs/%s", definition);
	cJSON_AddStringToObject(x, "$ref", path);
	return x;
}

static const char *definition_of(struct arena *a, const struct row *const *rows)
{
	for (const struct table *t = describe_tables(a); t->kind; t++)
		if (t->rows == rows)
			return t->kind;
	abort();
}

static cJSON *kind_schema(struct arena *a, const struct key *k)
{
	static const char *const fixed[] = {
		[KIND_INT] = "{\"type\":\"integer\"}", [KIND_FLOAT] = "{\"type\":\"number\"}", [KIND_BOOL] = "{\"type\":\"boolean\"}",
		[KIND_STRING] = "{\"type\":\"string\"}", [KIND_UNSUPPORTED] = "{\"type\":\"null\"}",
		[KIND_PAIR] = "{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"array\",\"items\":{\"type\":\"integer\"},"
			"\"minItems\":2,\"maxItems\":2}]}",
		[KIND_PADDING] = "{\"type\":[\"integer\",\"array\"]}",
		[KIND_SHAPE] = "{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":1},\"minItems\":1,\"maxItems\":3}",
		[KIND_FRACTION] = "{\"type\":[\"number\",\"string\"]}",
	};
	if (k->kind == KIND_ROW)
		return reference(definition_of(a, k->rows));
	if (k->kind != KIND_CHOICE)
		return parse(fixed[k->kind]);
	cJSON *x = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(x, "enum");
	for (int i = 0; k->choices[i]; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(k->choices[i]));
	return x;
}

static cJSON *either(cJSON *x, cJSON *other)
{
	cJSON *both = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(both, "anyOf");
	cJSON_AddItemToArray(list, x);
	cJSON_AddItemToArray(list, other);
	return both;
}

static cJSON *key_schema(struct arena *a, const struct key *k)
{
	cJSON *x = kind_schema(a, k);
	if ((k->kind == KIND_INT || k->kind == KIND_FLOAT) && (k->min != 0 || k->max != 0)) {
		cJSON_AddNumberToObject(x, "minimum", k->min);
		if (!isinf(k->max))
			cJSON_AddNumberToObject(x, k->below_max ? "exclusiveMaximum" : "maximum", k->max);
	}
	if (k->runtime)
		x = either(x, reference("hyperparameter"));
	if (k->kind != KIND_UNSUPPORTED && (k->nullable || (k->fallback && !strcmp(k->fallback, "null"))))
		x = either(x, parse("{\"type\":\"null\"}"));
	if (k->help)
		cJSON_AddStringToObject(x, "description", k->help);
	return x;
}

/* A mapping of a row's keys. */
static cJSON *keys_schema(struct arena *a, const struct row *r, bool layer)
{
	cJSON *x = cJSON_CreateObject(), *required = cJSON_CreateArray();
	cJSON_AddStringToObject(x, "type", "object");
	cJSON_AddFalseToObject(x, "additionalProperties");
	cJSON *properties = cJSON_AddObjectToObject(x, "properties");
	for (const struct key *k = r->keys; k && k->name; k++) {
		cJSON_AddItemToObject(properties, k->name, key_schema(a, k));
		if (k->alias)
			cJSON_AddItemToObject(properties, k->alias, key_schema(a, k));
		if (!k->fallback)
			cJSON_AddItemToArray(required, cJSON_CreateString(k->name));
	}
	if (layer) {
		cJSON_AddItemToObject(properties, "name", parse("{\"type\":\"string\",\"pattern\":\"^[A-Za-z][A-Za-z0-9_]*$\"}"));
		cJSON_AddItemToObject(properties, "inputs", parse(
			"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}"));
	}
	cJSON_AddItemToObject(x, "required", required);
	return x;
}

/* A row's keys, or the value of the first alone where that is enough. */
static cJSON *settings_schema(struct arena *a, const struct table *t, const struct row *r)
{
	cJSON *keys = keys_schema(a, r, !strcmp(t->kind, "layer"));
	const struct key *k = r->keys;
	const bool alone = k && k[0].kind != KIND_UNSUPPORTED && (!k[1].name || k[1].fallback);
	return alone ? either(keys, key_schema(a, k)) : keys;
}

/* Keras's own spelling of the word, "BatchNormalization", or NULL where it is no other. */
static const char *keras_spelling(const struct row *r)
{
	return r->keras && strcmp(r->keras, r->name) && yaml_same_word(r->keras, r->name) ? r->keras : NULL;
}

/* A row by its name, or the name with its keys. */
static cJSON *table_schema(struct arena *a, const struct table *t)
{
	cJSON *x = cJSON_CreateObject(), *either = cJSON_AddArrayToObject(x, "anyOf"), *names = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(names, "enum");
	cJSON_AddItemToArray(either, names);
	for (const struct row *const *r = t->rows; *r; r++) {
		cJSON *one = cJSON_CreateObject();
		cJSON_AddItemToArray(list, cJSON_CreateString((*r)->name));
		const char *keras = keras_spelling(*r);
		if (keras)
			cJSON_AddItemToArray(list, cJSON_CreateString(keras));
		for (const char *const *alias = (*r)->aliases; alias && *alias; alias++)
			cJSON_AddItemToArray(list, cJSON_CreateString(*alias));
		cJSON_AddStringToObject(one, "type", "object");
		cJSON_AddStringToObject(one, "description", (*r)->summary);
		cJSON *properties = cJSON_AddObjectToObject(one, "properties");
		cJSON_AddItemToObject(properties, (*r)->name, settings_schema(a, t, *r));
		if (keras)
			cJSON_AddItemToObject(properties, keras, settings_schema(a, t, *r));
		cJSON_AddFalseToObject(one, "additionalProperties");
		cJSON_AddItemToArray(either, one);
	}
	return x;
}

/* What no table says: the shape of the document. */
static const char frame[] =
	"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"trainc spec\",\"type\":\"object\","
	"\"required\":[\"version\",\"name\",\"data\",\"model\",\"training\"],\"additionalProperties\":false,\"properties\":{"
	"\"version\":{\"const\":1},\"name\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z][A-Za-z0-9_-]{0,62}$\"},"
	"\"backend\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
	"\"image_data_format\":{\"enum\":[\"channels_first\",\"channels_last\"]},\"floatx\":{\"const\":\"float32\"},"
	"\"epsilon\":{\"type\":\"number\"},\"backend\":{\"type\":\"string\"}}}]},"
	"\"hyperparameters\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"required\":[\"type\",\"default\"],"
	"\"additionalProperties\":false,\"properties\":{\"type\":{\"enum\":[\"int\",\"float\",\"bool\",\"string\"]},\"default\":{},"
	"\"min\":{\"type\":\"number\"},\"max\":{\"type\":\"number\"},"
	"\"aliases\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}},"
	"\"data\":{\"type\":\"object\",\"required\":[\"channels\",\"classes\"],\"additionalProperties\":false,\"properties\":{"
	"\"format\":{\"const\":\"idx\"},\"scale\":{\"type\":[\"number\",\"string\"]},\"classes\":{\"type\":\"integer\",\"minimum\":1},"
	"\"first_label\":{\"type\":\"integer\"},\"label_column\":{\"type\":[\"integer\",\"null\"],\"minimum\":0},"
	"\"transpose\":{\"type\":\"boolean\"},"
	"\"channels\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
	"\"training\":{\"$ref\":\"#/$defs/channel\"},\"train\":{\"$ref\":\"#/$defs/channel\"},"
	"\"validation\":{\"$ref\":\"#/$defs/channel\"},\"val\":{\"$ref\":\"#/$defs/channel\"},"
	"\"test\":{\"$ref\":\"#/$defs/channel\"},\"eval\":{\"$ref\":\"#/$defs/channel\"}},"
	"\"oneOf\":[{\"required\":[\"training\"]},{\"required\":[\"train\"]}],\"maxProperties\":2}}},"
	"\"model\":{\"type\":\"object\",\"required\":[\"input\",\"layers\"],\"additionalProperties\":false,\"properties\":{"
	"\"input\":{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":1},\"minItems\":1,\"maxItems\":3},"
	"\"layers\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/layer\"},\"minItems\":1}}},"
	"\"training\":{\"type\":\"object\",\"required\":[\"loss\",\"optimizer\"],\"additionalProperties\":false,\"properties\":{"
	"\"loss\":{\"$ref\":\"#/$defs/loss\"},\"optimizer\":{\"$ref\":\"#/$defs/optimizer\"},"
	"\"metrics\":{\"anyOf\":[{\"$ref\":\"#/$defs/metric\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/metric\"}}]},"
	"\"epochs\":{\"$ref\":\"#/$defs/count\"},"
	"\"batch_size\":{\"$ref\":\"#/$defs/count\"},\"gpus\":{\"$ref\":\"#/$defs/count\"},\"seed\":{\"$ref\":\"#/$defs/count\"},"
	"\"shuffle\":{\"type\":\"boolean\"},\"precision\":{\"enum\":[\"float32\",\"bfloat16\"]}}},"
	"\"export\":{\"$ref\":\"#/$defs/export\"}},\"$defs\":{"
	"\"hyperparameter\":{\"type\":\"string\",\"pattern\":\"^\\\\$[A-Za-z][A-Za-z0-9_]*$\"},"
	"\"count\":{\"anyOf\":[{\"type\":\"integer\",\"minimum\":0},{\"$ref\":\"#/$defs/hyperparameter\"}]},"
	"\"channel\":{\"type\":\"object\",\"required\":[\"images\",\"labels\"],\"additionalProperties\":false,\"properties\":{"
	"\"images\":{\"type\":\"string\"},\"labels\":{\"type\":\"string\"},\"channel\":{\"type\":[\"string\",\"null\"]}}}}}";

/* Exports stand in one mapping, each once. */
static cJSON *exports_schema(struct arena *a)
{
	cJSON *x = cJSON_CreateObject();
	cJSON_AddStringToObject(x, "type", "object");
	cJSON_AddFalseToObject(x, "additionalProperties");
	cJSON *properties = cJSON_AddObjectToObject(x, "properties");
	for (const struct row *const *r = exports; *r; r++)
		cJSON_AddItemToObject(properties, (*r)->name, keys_schema(a, *r, false));
	return x;
}

int describe_schema(FILE *out)
{
	struct arena *a = arena_new();
	cJSON *schema = parse(frame), *definitions = cJSON_GetObjectItem(schema, "$defs");
	for (const struct table *t = describe_tables(a); t->kind; t++)
		cJSON_AddItemToObject(definitions, t->kind, t->rows == exports ? exports_schema(a) : table_schema(a, t));
	char *text = cJSON_Print(schema);
	if (!text)
		abort();
	fprintf(out, "%s\n", text);
	free(text);
	cJSON_Delete(schema);
	arena_free(a);
	return EXIT_DONE;
}
