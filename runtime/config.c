/* SageMaker's three files below input/config: hyperparameters, channels, hosts. */
#include "internal.h"
#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- JSON objects ---- */

static int fail_json(const char *path, const char *text, const char *at)
{
	int line = 1, column = 1;
	for (const char *c = text; c < at; c++) {
		column = *c == '\n' ? 1 : column + 1;
		line += *c == '\n';
	}
	return rt_fail(RT_USER_ERROR, "%s:%d:%d: this is not JSON", path, line, column);
}

/* The object in PREFIX/input/config/NAME; an empty one where there is no such file. */
static int read_object(const char *prefix, const char *name, char *path, cJSON **object)
{
	char below[RT_NAME];
	snprintf(below, sizeof below, "input/config/%s", name);
	if (rt_path(path, prefix, below))
		return -1;
	if (access(path, F_OK) && errno == ENOENT) {
		*object = cJSON_CreateObject();
		return *object ? 0 : rt_fail(RT_SYSTEM_ERROR, "not enough memory for %s", path);
	}
	char *text;
	size_t size;
	const char *end = NULL;
	if (rt_read_file(path, &text, &size))
		return -1;
	*object = cJSON_ParseWithLengthOpts(text, size + 1, &end, true);
	int result = 0;
	if (!*object)
		result = fail_json(path, text, end ? end : text);
	else if (!cJSON_IsObject(*object))
		result = rt_fail(RT_USER_ERROR, "%s holds no JSON object ({\"name\": \"value\"})", path);
	free(text);
	return result;
}

static char *repr_line(const char *title, const cJSON *object)
{
	struct rt_text line = {0};
	rt_text_printf(&line, "%s: ", title);
	rt_repr(&line, object);
	return line.bytes;
}

/* ---- hyperparameters ---- */

/* What reading the values needs: names as they were given, so that one given twice is noticed. */
struct values {
	struct rt_config *config;
	const char *source;
	const char **given;             /* by index */
};

static int set_value(struct values *v, const char *name, size_t size, const char *value)
{
	const struct rt_model *m = v->config->model;
	int index = rt_hyperparameter_find(m, name, size);
	if (index < 0)
		return rt_hyperparameter_unknown(m, name, size, v->source);
	if (v->given && v->given[index])
		return rt_fail(RT_USER_ERROR, "hyperparameter '%s' is given twice in %s, as '%s' and as '%s'",
			m->hyperparameters[index].name, v->source, rt_show(v->given[index], RT_NAME).text, rt_show(name, size).text);
	if (v->given)
		v->given[index] = name;
	bool set;
	double number;
	char *text;
	if (rt_hyperparameter_parse(&m->hyperparameters[index], value, v->source, &set, &number, &text))
		return -1;
	if (set) {
		v->config->numbers[index] = number;
		free(v->config->texts[index]);
		v->config->texts[index] = text;
	}
	return 0;
}

/* SageMaker's values are strings; files written by hand hold bare numbers and words as well. */
static int set_json(struct values *v, const cJSON *item)
{
	char number[RT_DOUBLE];
	const char *value = number;
	if (cJSON_IsString(item))
		value = item->valuestring;
	else if (cJSON_IsNumber(item))
		snprintf(number, sizeof number, "%.17g", item->valuedouble);
	else if (cJSON_IsBool(item))
		value = cJSON_IsTrue(item) ? "true" : "false";
	else if (cJSON_IsNull(item))
		value = "null";
	else if (rt_hyperparameter_find(v->config->model, item->string, strlen(item->string)) >= 0)
		return rt_fail(RT_USER_ERROR, "hyperparameter '%s' is %s in %s; it wants one value", item->string,
			cJSON_IsArray(item) ? "a list" : "an object", v->source);
	return set_value(v, item->string, strlen(item->string), value);
}

static int set_defaults(struct values *v)
{
	const struct rt_model *m = v->config->model;
	v->source = m->file;
	for (int i = 0; i < m->n_hyperparameters; i++)
		if (set_value(v, m->hyperparameters[i].name, strlen(m->hyperparameters[i].name), m->hyperparameters[i].fallback))
			return -1;
	return 0;
}

/* --set in the printed dictionary: in the place of the name it overrides, or at the end. */
static void merge_setting(const struct rt_model *m, cJSON *object, const struct rt_setting *setting, size_t size)
{
	int index = rt_hyperparameter_find(m, setting->name, size);
	cJSON *value = cJSON_CreateString(setting->value);
	for (cJSON *item = object->child; item; item = item->next)
		if (index >= 0 && index == rt_hyperparameter_find(m, item->string, strlen(item->string))) {
			char *name = strdup(item->string);
			cJSON_ReplaceItemInObjectCaseSensitive(object, name, value);
			free(name);
			return;
		}
	char *name = strndup(setting->name, size);
	cJSON_AddItemToObject(object, name, value);
	free(name);
}

static int set_all(struct values *v, const struct rt_options *o, const cJSON *object)
{
	if (set_defaults(v))
		return -1;
	v->source = "hyperparameters.json";
	v->given = calloc((size_t)v->config->model->n_hyperparameters + 1, sizeof *v->given);
	int result = v->given ? 0 : rt_fail(RT_SYSTEM_ERROR, "not enough memory for the hyperparameters");
	for (const cJSON *item = object->child; item && !result; item = item->next)
		result = set_json(v, item);
	free(v->given);
	v->given = NULL;
	v->source = "--set";
	for (int i = 0; i < o->n_settings && !result; i++) {
		const struct rt_setting *s = &o->settings[i];
		result = set_value(v, s->name, strcspn(s->name, "="), s->value);
	}
	return result;
}

static int read_hyperparameters(struct rt_config *c, const struct rt_options *o)
{
	char path[RT_PATH];
	cJSON *object = NULL;
	size_t n = (size_t)c->model->n_hyperparameters + 1;
	c->numbers = calloc(n, sizeof *c->numbers);
	c->texts = calloc(n, sizeof *c->texts);
	if (!c->numbers || !c->texts)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the hyperparameters");
	int result = read_object(c->prefix, "hyperparameters.json", path, &object);
	if (!result) {
		cJSON *printed = cJSON_Duplicate(object, true);
		for (int i = 0; printed && i < o->n_settings; i++)
			merge_setting(c->model, printed, &o->settings[i], strcspn(o->settings[i].name, "="));
		c->hyper_line = repr_line("Hyper parameters", printed);
		cJSON_Delete(printed);
		result = set_all(&(struct values){.config = c}, o, object);
	}
	cJSON_Delete(object);
	return result;
}

/* ---- channels ---- */

static bool is_used(const struct rt_model *m, const char *channel)
{
	for (int i = 0; i < RT_ROLES; i++)
		if (m->channels[i].name && !strcmp(channel, m->channels[i].name))
			return true;
	return !strcmp(channel, "model");
}

static int check_channel(struct rt_config *c, const cJSON *channel)
{
	static const struct { const char *key, *refused, *wanted; } rules[] = {
		{"TrainingInputMode", "Pipe", "File or FastFile"},
		{"RecordWrapperType", "RecordIO", "None"},
	};
	if (!is_used(c->model, channel->string))
		return 0;
	for (int i = 0; i < 2; i++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(channel, rules[i].key);
		if (cJSON_IsString(value) && strcmp(value->valuestring, rules[i].refused) == 0)
			return rt_fail(RT_USER_ERROR, "channel '%s' has %s %s; this program wants %s", channel->string,
				rules[i].key, rules[i].refused, rules[i].wanted);
	}
	return 0;
}

static void tell_unused(struct rt_text *lines, const struct rt_model *m, const char *channel)
{
	const char *validation = m->channels[RT_VALIDATION].name;
	rt_text_printf(lines, "Channel '%s' is ignored: %s names '%s'%s%s%s\n", rt_show(channel, RT_NAME).text, m->file,
		m->channels[RT_TRAINING].name, validation ? " and '" : "", validation ? validation : "", validation ? "'" : "");
}

/* Whether the job has it: the platform's list says so, or its folder is there. */
static bool has_channel(const struct rt_config *c, const cJSON *object, const char *channel)
{
	char path[RT_PATH];
	return cJSON_GetObjectItemCaseSensitive(object, channel) ||
		(snprintf(path, sizeof path, "%s/input/data/%s", c->prefix, channel) < RT_PATH && !access(path, F_OK));
}

/* Users who give one channel alone have all files in it. */
static void choose_channels(struct rt_config *c, const cJSON *object, struct rt_text *lines)
{
	const char *training = c->model->channels[RT_TRAINING].name;
	for (int i = 0; i < RT_ROLES; i++) {
		const char *own = c->model->channels[i].name;
		const bool lent = own && !has_channel(c, object, own) && has_channel(c, object, training);
		c->channels[i] = lent ? training : own;
		if (lent)
			rt_text_printf(lines, "The job has no channel '%s': its files are looked for in channel '%s'\n", own, training);
	}
}

/* Folders below input/data that nothing else told of. */
static int list_folders(struct rt_config *c, const cJSON *object, struct rt_text *lines)
{
	char path[RT_PATH];
	struct dirent **entries;
	if (rt_path(path, c->prefix, "input/data"))
		return -1;
	int n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		struct stat status;
		char folder[RT_PATH + 256];
		snprintf(folder, sizeof folder, "%s/%s", path, name);
		if (name[0] != '.' && !cJSON_GetObjectItemCaseSensitive(object, name) && !is_used(c->model, name) &&
			stat(folder, &status) == 0 && S_ISDIR(status.st_mode))
			tell_unused(lines, c->model, name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return 0;
}

static int read_channels(struct rt_config *c)
{
	char path[RT_PATH];
	cJSON *object = NULL;
	struct rt_text lines = {0};
	int result = read_object(c->prefix, "inputdataconfig.json", path, &object);
	if (!result) {
		c->input_line = repr_line("Input parameters", object);
		for (const cJSON *channel = object->child; channel && !result; channel = channel->next) {
			if (!is_used(c->model, channel->string))
				tell_unused(&lines, c->model, channel->string);
			result = check_channel(c, channel);
		}
		choose_channels(c, object, &lines);
		result = result ? result : list_folders(c, object, &lines);
	}
	c->channel_lines = lines.bytes;
	cJSON_Delete(object);
	return result;
}

/* ---- hosts ---- */

enum { DEFAULT_PORT = 7777, DEFAULT_TIMEOUT = 300 };

/* Ranks are places in the list, whatever the hosts are called. */
static int take_hosts(struct rt_hosts *h, const cJSON *hosts, const char *current, const char *path)
{
	h->count = cJSON_GetArraySize(hosts);
	h->rank = -1;
	h->names = calloc((size_t)h->count, sizeof *h->names);
	const cJSON *host = hosts->child;               /* a list: to count up to each would take a square of the time */
	for (int i = 0; h->names && i < h->count; i++, host = host->next) {
		const char *name = cJSON_GetStringValue(host);
		h->names[i] = strdup(name ? name : "");
		if (!h->names[i])
			return rt_fail(RT_SYSTEM_ERROR, "not enough memory for %d hosts", h->count);
		if (!name || !name[0])
			return rt_fail(RT_USER_ERROR, "%s: entry %d of hosts is not a name", path, i + 1);
		if (current && !strcmp(current, name))
			h->rank = i;
	}
	if (!h->names)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for %d hosts", h->count);
	if (h->rank < 0)
		return rt_fail(RT_USER_ERROR, "%s: current_host, %s, is not one of hosts", path, current ? current : "which is missing");
	return 0;
}

static int check_several(const struct rt_config *c)
{
	const int count = c->hosts.count;
	if (c->model->on_gpus)
		return rt_fail(RT_USER_ERROR, "the job has %d machines, and programs for GPUs train on one: give the job an instance "
			"count of 1, or an image with -t cpu", count);
	if (!c->hosts.network)
		return rt_fail(RT_USER_ERROR, "the job has %d machines, and this program was built for one: build it with "
			"--network=gloo, or give the job an instance count of 1", count);
	return 0;
}

static int read_hosts(struct rt_config *c)
{
	char path[RT_PATH];
	cJSON *object = NULL;
	int result = read_object(c->prefix, "resourceconfig.json", path, &object);
	const cJSON *hosts = cJSON_GetObjectItemCaseSensitive(object, "hosts");
	if (!result && cJSON_GetArraySize(hosts) > 1)
		result = take_hosts(&c->hosts, hosts, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "current_host")),
			path) || check_several(c) ? -1 : 0;
	cJSON_Delete(object);
	return result;
}

/* ---- the whole ---- */

static void resolve(struct rt_config *c, const struct rt_options *o)
{
	const struct rt_model *m = c->model;
	c->epochs = (long)rt_scalar(&m->epochs, c->numbers);
	c->batch_size = (long)rt_scalar(&m->batch_size, c->numbers);
	c->ranks.count = 1;
	c->gpus = (long)rt_scalar(&m->gpus, c->numbers);
	c->seed = o->has_seed ? o->seed : (uint64_t)rt_scalar(&m->seed, c->numbers);
}

static int check_prefix(const char *prefix)
{
	struct stat status;
	if (strlen(prefix) >= RT_PATH / 2)
		return rt_fail(RT_USER_ERROR, "the path %s is too long", rt_show(prefix, RT_PATH).text);
	if (stat(prefix, &status))
		return rt_fail(RT_USER_ERROR, "there is no folder %s (%s); name SageMaker's folder with --prefix DIR", prefix,
			strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return rt_fail(RT_USER_ERROR, "%s is not a folder; name SageMaker's folder with --prefix DIR", prefix);
	return 0;
}

int rt_config_read(struct rt_config *c, const struct rt_model *m, const struct rt_network *network, const struct rt_options *o)
{
	*c = (struct rt_config){.model = m, .isa = o->isa, .timings = o->timings, .threads = o->threads ? o->threads : rt_cpus(),
		.hosts = {.count = 1, .network = network, .port = o->port ? o->port : DEFAULT_PORT,
			.timeout = o->timeout ? o->timeout : DEFAULT_TIMEOUT}};
	if (check_prefix(o->prefix))
		return -1;
	snprintf(c->prefix, sizeof c->prefix, "%s", o->prefix);
	int hyperparameters = read_hyperparameters(c, o), channels = read_channels(c);
	if (hyperparameters || channels || read_hosts(c) || rt_hyperparameters_check(m, c->numbers))
		return -1;
	resolve(c, o);
	return 0;
}

void rt_config_free(struct rt_config *c)
{
	for (int i = 0; c->texts && i < c->model->n_hyperparameters; i++)
		free(c->texts[i]);
	free(c->texts);
	for (int i = 0; c->hosts.names && i < c->hosts.count; i++)
		free(c->hosts.names[i]);
	free(c->hosts.names);
	free(c->numbers);
	free(c->hyper_line);
	free(c->input_line);
	free(c->channel_lines);
}
