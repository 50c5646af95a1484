/* trainc sagemaker: hyperparameters, metrics and channels, plainly and in the forms that CreateAlgorithm and
 * CreateHyperParameterTuningJob take. Sources of those forms: the SageMaker API reference's TrainingSpecification,
 * HyperParameterSpecification, ChannelSpecification, InferenceSpecification and HyperParameterTuningJobConfig. */
#include <cjson/cJSON.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <trainc/hyperparameters.h>
#include "sagemaker.h"
#include "tables.h"

/* By whether the target runs on GPUs: of those, what programs are built for (compute capability 7.5 and later). All stand in
 * botocore 1.44.8's enumerations TrainingInstanceType, ProductionVariantInstanceType and TransformInstanceType. Graviton's
 * (c7g, c8g) can serve only, and the image is for x86-64. */
static const struct { const char *const *training, *const *serving, *const *transform; } instances[] = {
	[false] = {
		(const char *const[]){"ml.m7i.large", "ml.m7i.xlarge", "ml.m7i.2xlarge", "ml.m7i.4xlarge", "ml.c7i.large", "ml.c7i.xlarge",
			"ml.c7i.2xlarge", "ml.c7i.4xlarge", "ml.c7i.8xlarge", "ml.c7i.16xlarge", "ml.r7i.large", "ml.r7i.xlarge",
			"ml.r7i.2xlarge", "ml.m6i.large", "ml.m6i.xlarge", "ml.m6i.2xlarge", "ml.c6i.xlarge", "ml.c6i.2xlarge",
			"ml.c6i.4xlarge", "ml.c6i.8xlarge", "ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge",
			"ml.c5.xlarge", "ml.c5.2xlarge", "ml.c5.4xlarge", "ml.c5.9xlarge", "ml.c5.18xlarge", NULL},
		(const char *const[]){"ml.c7i.large", "ml.c7i.xlarge", "ml.c7i.2xlarge", "ml.m7i.large", "ml.m7i.xlarge",
			"ml.c6i.large", "ml.c6i.xlarge", "ml.m5.large", "ml.m5.xlarge", "ml.c5.large", "ml.c5.xlarge", "ml.c5.2xlarge",
			"ml.t2.medium", NULL},
		(const char *const[]){"ml.c7i.large", "ml.c7i.xlarge", "ml.c7i.2xlarge", "ml.m7i.large", "ml.m7i.xlarge",
			"ml.c6i.xlarge", "ml.m5.large", "ml.m5.xlarge", "ml.c5.xlarge", "ml.c5.2xlarge", NULL},
	},
	[true] = {
		(const char *const[]){"ml.g4dn.xlarge", "ml.g4dn.2xlarge", "ml.g4dn.12xlarge", "ml.g5.xlarge", "ml.g5.2xlarge",
			"ml.g5.12xlarge", "ml.g5.48xlarge", "ml.g6.xlarge", "ml.g6.2xlarge", "ml.g6.12xlarge", "ml.g6e.xlarge",
			"ml.g6e.2xlarge", "ml.g6e.12xlarge", "ml.p4d.24xlarge", "ml.p5.4xlarge", "ml.p5.48xlarge", "ml.p5en.48xlarge", NULL},
		(const char *const[]){"ml.g4dn.xlarge", "ml.g4dn.2xlarge", "ml.g5.xlarge", "ml.g5.2xlarge", "ml.g6.xlarge",
			"ml.g6e.xlarge", NULL},
		(const char *const[]){"ml.g4dn.xlarge", "ml.g4dn.2xlarge", "ml.g5.xlarge", "ml.g6.xlarge", NULL},
	},
};

static const char *const data_types[] = {"application/x-idx", NULL},
	*const model_types[] = {"application/x-sagemaker-model", NULL},
	*const modes[] = {"File", "FastFile", NULL}, *const compressions[] = {"None", NULL},
	*const answers[] = {"application/json", "text/csv", "application/x-npy", NULL},
	*const requests[] = {"application/json", "text/csv", "application/x-npy", "application/x-idx", "image/png", NULL},
	*const booleans[] = {"true", "false", NULL};

static cJSON *add_list(cJSON *o, const char *name, const char *const *list)
{
	cJSON *array = cJSON_AddArrayToObject(o, name);
	for (; *list; list++)
		cJSON_AddItemToArray(array, cJSON_CreateString(*list));
	return array;
}

static cJSON *add_item(cJSON *array)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddItemToArray(array, o);
	return o;
}

/* A number as the API takes it: text. */
static void add_number(cJSON *o, const char *name, double x)
{
	char text[RT_DOUBLE];
	rt_hyperparameter_print(&(struct rt_hyperparameter){.kind = RT_INT}, x, text);
	cJSON_AddStringToObject(o, name, text);
}

/* ---- hyperparameters ---- */

static const struct kind_row {
	const char *name, *api;
	enum rt_kind kind;
	double min, max;                /* where the spec has no bound and the API wants one */
	const char *range, *ranges;     /* the fields that hold a range, and ranges to search */
} kinds[] = {
	[KIND_INT] = {"int", "Integer", RT_INT, INT_MIN, INT_MAX, "IntegerParameterRangeSpecification", "IntegerParameterRanges"},
	[KIND_FLOAT] = {"float", "Continuous", RT_FLOAT, -1e30, 1e30, "ContinuousParameterRangeSpecification",
		"ContinuousParameterRanges"},
	[KIND_BOOL] = {"bool", "Categorical", RT_BOOL, 0, 0, "CategoricalParameterRangeSpecification", "CategoricalParameterRanges"},
	[KIND_STRING] = {"string", "FreeText", RT_STRING, 0, 0, NULL, NULL},
};

static void add_plain(cJSON *list, const struct hyperparameter *h)
{
	cJSON *o = add_item(list), *aliases;
	cJSON_AddStringToObject(o, "name", h->name);
	cJSON_AddStringToObject(o, "type", kinds[h->kind].name);
	cJSON_AddStringToObject(o, "default", h->fallback);
	if (h->has_min)
		cJSON_AddNumberToObject(o, "min", h->min);
	if (h->has_max)
		cJSON_AddNumberToObject(o, "max", h->max);
	aliases = cJSON_AddArrayToObject(o, "aliases");
	for (int i = 0; i < h->n_aliases; i++)
		cJSON_AddItemToArray(aliases, cJSON_CreateString(h->aliases[i]));
}

static void add_range(cJSON *o, const struct hyperparameter *h)
{
	const struct kind_row *kind = &kinds[h->kind];
	if (!kind->range)
		return;
	cJSON *range = cJSON_AddObjectToObject(cJSON_AddObjectToObject(o, "Range"), kind->range);
	if (h->kind == KIND_BOOL) {
		add_list(range, "Values", booleans);
		return;
	}
	add_number(range, "MinValue", h->has_min ? h->min : kind->min);
	add_number(range, "MaxValue", h->has_max ? h->max : kind->max);
}

static bool is_for(const struct value *v, const struct hyperparameter *h)
{
	return v->hyperparameter == h;
}

/* What may be searched: not what says how long, on what, or from which random numbers to train. */
static bool is_searched(const struct spec *s, const struct hyperparameter *h)
{
	return h->used && h->kind != KIND_STRING && !is_for(&s->gpus, h) && !is_for(&s->seed, h) && !is_for(&s->epochs, h);
}

/* An alias is a parameter of its own to the platform, without a default: the program refuses both at once. */
static void add_supported(cJSON *list, const struct spec *s, const struct hyperparameter *h, const char *alias)
{
	cJSON *o = add_item(list);
	cJSON_AddStringToObject(o, "Name", alias ? alias : h->name);
	if (alias) {
		char text[128];
		snprintf(text, sizeof text, "the same as %s", h->name);
		cJSON_AddStringToObject(o, "Description", text);
	}
	cJSON_AddStringToObject(o, "Type", kinds[h->kind].api);
	add_range(o, h);
	cJSON_AddBoolToObject(o, "IsTunable", is_searched(s, h));
	cJSON_AddBoolToObject(o, "IsRequired", false);
	if (!alias && *h->fallback)
		cJSON_AddStringToObject(o, "DefaultValue", h->fallback);
}

/* Around the default, within the bounds: a place to begin, to be narrowed or widened. */
static void add_search(cJSON *ranges, const struct hyperparameter *h)
{
	const double around = h->kind == KIND_INT ? 4 : 10, x = strtod(h->fallback, NULL);
	cJSON *o = add_item(cJSON_GetObjectItem(ranges, kinds[h->kind].ranges));
	cJSON_AddStringToObject(o, "Name", h->name);
	if (h->kind == KIND_BOOL) {
		add_list(o, "Values", booleans);
		return;
	}
	double low = x > 0 ? x / around : x - 1, high = x > 0 ? x * around : x + 1;
	low = h->kind == KIND_INT ? (double)(long)low : low;
	low = h->has_min && low < h->min ? h->min : low;
	high = h->has_max && high > h->max ? h->max : high;
	add_number(o, "MinValue", low);
	add_number(o, "MaxValue", high);
	cJSON_AddStringToObject(o, "ScalingType", low > 0 ? "Logarithmic" : "Linear");
}

/* ---- metrics ---- */

/* As the epoch line has them: "- loss: 0.2283 - acc: 0.9305 - val_loss: 0.0557". */
static void add_metric(cJSON *list, const char *prefix, const char *name)
{
	char full[128], regex[160];
	cJSON *o = add_item(list);
	snprintf(full, sizeof full, "%s%s", prefix, name);
	snprintf(regex, sizeof regex, "- %s: ([0-9.eE+-]+)", full);
	cJSON_AddStringToObject(o, "Name", full);
	cJSON_AddStringToObject(o, "Regex", regex);
}

static const char *log_name(const struct spec *s, int i)
{
	return ((const struct metric_type *)s->metrics[i]->row)->log_name;
}

static const char *const prefixes[] = {"", "val_"};

/* 1 where the log has values of validation, too. */
static int validates(const struct spec *s)
{
	return s->channels[CHANNEL_VALIDATION].name != NULL;
}

static cJSON *metrics_of(const struct spec *s)
{
	cJSON *list = cJSON_CreateArray();
	for (int p = 0; p <= validates(s); p++) {
		add_metric(list, prefixes[p], "loss");
		for (int i = 0; i < s->n_metrics; i++)
			add_metric(list, prefixes[p], log_name(s, i));
	}
	return list;
}

static void add_objective(cJSON *o, const struct spec *s, const char *type, const char *name)
{
	char text[128];
	snprintf(text, sizeof text, "%s%s", prefixes[validates(s)], s->n_metrics ? log_name(s, 0) : "loss");
	cJSON_AddStringToObject(o, type, s->n_metrics ? "Maximize" : "Minimize");
	cJSON_AddStringToObject(o, name, text);
}

/* ---- channels ---- */

/* Several roles may have files in one channel, which is told once. */
static bool is_told(const struct spec *s, int role)
{
	for (int i = 0; i < role; i++)
		if (s->channels[i].name && !strcmp(s->channels[i].name, s->channels[role].name))
			return true;
	return false;
}

static cJSON *add_channel(cJSON *list, const char *name, bool required)
{
	cJSON *o = add_item(list);
	cJSON_AddStringToObject(o, "name", name);
	cJSON_AddBoolToObject(o, "required", required);
	return cJSON_AddArrayToObject(o, "files");
}

static void add_file(cJSON *files, const char *name)
{
	const cJSON *file;
	cJSON_ArrayForEach(file, files)
		if (!strcmp(file->valuestring, name))
			return;
	cJSON_AddItemToArray(files, cJSON_CreateString(name));
}

static cJSON *channels_of(const struct spec *s)
{
	cJSON *list = cJSON_CreateArray();
	for (int i = 0; i < CHANNELS; i++) {
		const char *name = s->channels[i].name;
		if (!name || is_told(s, i))
			continue;
		cJSON *files = add_channel(list, name, true);
		for (int k = i; k < CHANNELS; k++)
			if (s->channels[k].name && !strcmp(s->channels[k].name, name)) {
				add_file(files, s->channels[k].images);
				add_file(files, s->channels[k].labels);
			}
	}
	add_channel(list, "model", false);
	return list;
}

static const char *const purposes[CHANNELS] = {
	"images and labels to learn from", "images and labels to measure on after each epoch"};

static void add_training_channel(cJSON *list, const char *name, const char *description, bool required)
{
	cJSON *o = add_item(list);
	cJSON_AddStringToObject(o, "Name", name);
	cJSON_AddStringToObject(o, "Description", description);
	cJSON_AddBoolToObject(o, "IsRequired", required);
	add_list(o, "SupportedContentTypes", required ? data_types : model_types);
	add_list(o, "SupportedCompressionTypes", compressions);
	add_list(o, "SupportedInputModes", modes);
}

/* ---- the API's forms ---- */

static void add_training_specification(cJSON *to, const struct image *image, const struct spec *s)
{
	cJSON *o = cJSON_AddObjectToObject(to, "TrainingSpecification"), *list;
	if (image->uri)
		cJSON_AddStringToObject(o, "TrainingImage", image->uri);
	list = cJSON_AddArrayToObject(o, "SupportedHyperParameters");
	for (int i = 0; i < s->n_hyperparameters; i++) {
		const struct hyperparameter *h = s->hyperparameters[i];
		add_supported(list, s, h, NULL);
		for (int k = 0; k < h->n_aliases; k++)
			add_supported(list, s, h, h->aliases[k]);
	}
	add_list(o, "SupportedTrainingInstanceTypes", instances[image->target->on_gpus].training);
	cJSON_AddBoolToObject(o, "SupportsDistributedTraining", image->several_hosts);
	cJSON_AddItemToObject(o, "MetricDefinitions", metrics_of(s));
	list = cJSON_AddArrayToObject(o, "TrainingChannels");
	for (int i = 0; i < CHANNELS; i++)
		if (s->channels[i].name && !is_told(s, i))
			add_training_channel(list, s->channels[i].name, purposes[i], true);
	add_training_channel(list, "model", "an earlier job's model.tar.gz to go on from", false);
	add_objective(add_item(cJSON_AddArrayToObject(o, "SupportedTuningJobObjectiveMetrics")), s, "Type", "MetricName");
}

static void add_inference_specification(cJSON *to, const struct image *image)
{
	cJSON *o = cJSON_AddObjectToObject(to, "InferenceSpecification");
	if (image->uri)
		cJSON_AddStringToObject(add_item(cJSON_AddArrayToObject(o, "Containers")), "Image", image->uri);
	add_list(o, "SupportedContentTypes", requests);
	add_list(o, "SupportedResponseMIMETypes", answers);
	add_list(o, "SupportedRealtimeInferenceInstanceTypes", instances[image->target->on_gpus].serving);
	add_list(o, "SupportedTransformInstanceTypes", instances[image->target->on_gpus].transform);
}

static void add_tuning_job(cJSON *to, const struct spec *s)
{
	cJSON *o = cJSON_AddObjectToObject(to, "tuning_job"), *ranges;
	add_objective(cJSON_AddObjectToObject(o, "HyperParameterTuningJobObjective"), s, "Type", "MetricName");
	ranges = cJSON_AddObjectToObject(o, "ParameterRanges");
	for (enum kind k = KIND_INT; k <= KIND_BOOL; k++)
		cJSON_AddArrayToObject(ranges, kinds[k].ranges);
	for (int i = 0; i < s->n_hyperparameters; i++)
		if (is_searched(s, s->hyperparameters[i]))
			add_search(ranges, s->hyperparameters[i]);
}

/* ---- the values of a job ---- */

/* The spec's hyperparameters as the program has them. */
static struct rt_model model_of(struct arena *a, const struct spec *s)
{
	const struct value *const scalars[] = {&s->epochs, &s->batch_size, &s->gpus, &s->seed};
	struct rt_hyperparameter *list = ARENA_ARRAY(a, struct rt_hyperparameter, s->n_hyperparameters);
	struct rt_model m = {.name = s->name, .file = s->file, .hyperparameters = list, .n_hyperparameters = s->n_hyperparameters};
	struct rt_scalar *const to[] = {&m.epochs, &m.batch_size, &m.gpus, &m.seed};
	for (int i = 0; i < s->n_hyperparameters; i++) {
		const struct hyperparameter *h = s->hyperparameters[i];
		const char **aliases = ARENA_ARRAY(a, const char *, h->n_aliases + 1);
		for (int k = 0; k < h->n_aliases; k++)
			aliases[k] = h->aliases[k];
		list[i] = (struct rt_hyperparameter){h->name, kinds[h->kind].kind, h->fallback, h->has_min, h->has_max,
			h->min, h->max, aliases};
	}
	for (int i = 0; i < 4; i++)
		*to[i] = (struct rt_scalar){scalars[i]->number, scalars[i]->hyperparameter ? scalars[i]->hyperparameter->index : -1};
	return m;
}

static int set_number(const struct rt_model *m, int index, const char *value, double *numbers, char **text)
{
	bool set;
	*text = NULL;
	return rt_hyperparameter_parse(&m->hyperparameters[index], value, "the command line", &set, &numbers[index], text);
}

static int add_value(cJSON *values, const struct rt_model *m, const char *setting, double *numbers)
{
	size_t size = strcspn(setting, "=");
	int index = rt_hyperparameter_find(m, setting, size);
	char *text;
	if (index < 0)
		return rt_hyperparameter_unknown(m, setting, size, "the command line");
	if (set_number(m, index, setting[size] ? setting + size + 1 : "", numbers, &text))
		return -1;
	if (text) {
		cJSON_DeleteItemFromObjectCaseSensitive(values, m->hyperparameters[index].name);
		cJSON_AddStringToObject(values, m->hyperparameters[index].name, text);
	}
	free(text);
	return 0;
}

static bool add_values(cJSON *to, struct arena *a, const struct target *t, const struct spec *s,
	const char *const *settings, int n)
{
	cJSON *values = cJSON_AddObjectToObject(to, "values");
	struct rt_model m = model_of(a, s);
	m.on_gpus = t->on_gpus;
	double *numbers = ARENA_ARRAY(a, double, s->n_hyperparameters + 1);
	int result = 0;
	for (int i = 0; i < s->n_hyperparameters && !result; i++) {
		char *text;
		result = set_number(&m, i, s->hyperparameters[i]->fallback, numbers, &text);
		free(text);
	}
	for (int i = 0; i < n && !result; i++)
		result = add_value(values, &m, settings[i], numbers);
	if (!result)
		result = rt_hyperparameters_check(&m, numbers);
	if (result)
		fprintf(stderr, "trainc: %s\n", rt_failure());
	return !result;
}

bool sagemaker_print(FILE *out, struct arena *a, const struct image *image, const struct spec *s, const char *const *settings,
	int n)
{
	cJSON *root = cJSON_CreateObject(), *list, *algorithm;
	cJSON_AddStringToObject(root, "name", s->name);
	list = cJSON_AddArrayToObject(root, "hyperparameters");
	for (int i = 0; i < s->n_hyperparameters; i++)
		add_plain(list, s->hyperparameters[i]);
	cJSON_AddItemToObject(root, "metrics", metrics_of(s));
	cJSON_AddItemToObject(root, "channels", channels_of(s));
	bool ok = add_values(root, a, image->target, s, settings, n);
	algorithm = cJSON_AddObjectToObject(root, "create_algorithm");
	cJSON_AddStringToObject(algorithm, "AlgorithmName", s->name);
	add_training_specification(algorithm, image, s);
	add_inference_specification(algorithm, image);
	add_tuning_job(root, s);
	char *text = ok ? cJSON_Print(root) : NULL;
	if (text)
		fprintf(out, "%s\n", text);
	cJSON_free(text);
	cJSON_Delete(root);
	return ok;
}
