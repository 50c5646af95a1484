/* {{name}}: what the runtime is told about the network. Written by trainc {{compiler}} from {{file_comment}}. */
#include "model.h"

static const char spec[] =
	{{spec}};

{{#hyperparameters}}
{{#has_aliases}}
static const char *const aliases_of_{{name}}[] = { {{#aliases}}"{{alias}}", {{/aliases}}NULL};
{{/has_aliases}}
{{/hyperparameters}}

static const struct rt_hyperparameter hyperparameters[HYPERPARAMETERS + 1] = {
	{{#hyperparameters}}
	{"{{name}}", {{kind}}, {{fallback}}, {{has_min}}, {{has_max}}, {{min}}, {{max}}, {{#has_aliases}}aliases_of_{{name}}{{/has_aliases}}{{^has_aliases}}NULL{{/has_aliases}}},
	{{/hyperparameters}}
	{0},
};

static const struct rt_layer layers[] = {
	{{#layers}}
	{"{{name}}", "{{type}}", "{{shape}}", {{where}}, "{{inputs}}"},
	{{/layers}}
};

static const struct rt_parameter parameters[] = {
	{{#parameters}}
	{
		.layer = {{layer}}, .name = "{{name}}", .rank = {{rank}}, .dims = { {{dims}} }, /* {{layer_name}} */
		.offset = {{constant}}, .count = {{count}}, .trainable = {{trainable}},
		.initializer = {{initializer}}, .fan_in = {{fan_in}}, .fan_out = {{fan_out}},
	},
	{{/parameters}}
	{0},
};

static const struct rt_metric metrics[] = {
	{{#metrics}}
	{"{{log_name}}"},
	{{/metrics}}
	{0},
};

{{#exports}}
static const char {{format}}_text[] =
	{{text}};

{{#training}}
static const char {{format}}_training[] =
	{{training_text}};

{{/training}}
{{#has_arrays}}
static const struct rt_array {{format}}_arrays[] = {
	{{#arrays}}
	{"{{array_name}}", {{parameter}}, {{rank}}, { {{axes}} }, { {{dims}} }, {{fill}}},
	{{/arrays}}
};

{{/has_arrays}}
{{/exports}}
static const struct rt_export exports[] = {
	{{#exports}}
	{
		.write = {{runtime}}, .format = "{{format}}", .file = {{file_name}},
		.text = {{format}}_text,
		{{#training}}
		.training = {{format}}_training,
		{{/training}}
		.include_optimizer = {{include_optimizer}},
		{{#has_arrays}}
		.arrays = {{format}}_arrays, .n_arrays = {{arrays_count}}, .input_name = "{{input_name}}",
		{{/has_arrays}}
	},
	{{/exports}}
	{0},
};

{{#cuda}}
extern const struct rt_code rt_code_cuda;
static const struct rt_code *const codes[] = {&rt_code_cuda, NULL};
{{/cuda}}
{{#cpu}}
/* One compilation of step.c for each instruction set, fastest first. */
#ifdef __x86_64__
{{#amx}}
extern const struct rt_code rt_code_amx;
{{/amx}}
{{#bfloat16}}
extern const struct rt_code rt_code_avx512bf16;
{{/bfloat16}}
extern const struct rt_code rt_code_avx512, rt_code_avx2, rt_code_x86_64;
static const struct rt_code *const codes[] = {
	{{#amx}}
	&rt_code_amx,
	{{/amx}}
	{{#bfloat16}}
	&rt_code_avx512bf16,
	{{/bfloat16}}
	&rt_code_avx512, &rt_code_avx2, &rt_code_x86_64, NULL
};
#elif defined(__aarch64__)
extern const struct rt_code rt_code_neon;
static const struct rt_code *const codes[] = {&rt_code_neon, NULL};
#else
extern const struct rt_code rt_code_generic;
static const struct rt_code *const codes[] = {&rt_code_generic, NULL};
#endif
{{/cpu}}

const struct rt_model model = {
	.name = {{title}}, .file = {{file}}, .spec = spec, .compiler = "{{compiler}}",
	{{#bfloat16}}
	.bfloat16 = "{{narrow_layers}}",
	{{/bfloat16}}
	{{#amx}}
	.bfloat16_amx = "{{narrow_layers_amx}}",
	{{/amx}}
	.channels_first = {{channels_first_value}},
	.input_rank = {{input_rank}}, .input = { {{input}} },
	.classes = {{classes}}, .outputs = {{outputs}}, .scale = {{scale}},
	.channels = {
		{{#channels}}
		[{{role}}] = { {{name}}, {{images}}, {{labels}} },
		{{/channels}}
	},
	.first_label = {{first_label}}, .label_column = {{label_column}}, .transpose = {{transpose}},
	.loss = {"{{loss}}", {{label_least}}, {{label_most}}, {{one_number}}},
	.hyperparameters = hyperparameters, .n_hyperparameters = HYPERPARAMETERS,
	.layers = layers, .n_layers = sizeof layers / sizeof *layers,
	.parameters = parameters, .n_parameters = sizeof parameters / sizeof *parameters - 1,
	.weights = WEIGHTS, .trainable = TRAINABLE,
	.metrics = metrics, .n_metrics = sizeof metrics / sizeof *metrics - 1,
	.optimizer = {"{{optimizer}}", {{states_count}}, {{empty_states}}, {{lr}}, {{decay}}},
	{{#on_gpus}}
	.on_gpus = true,
	{{/on_gpus}}
	.epochs = {{epochs}}, .batch_size = {{batch_size}}, .gpus = {{gpus}}, .seed = {{seed}}, .shuffle = {{shuffle}},
	.exports = exports, .n_exports = sizeof exports / sizeof *exports - 1,
	.codes = codes,
};
