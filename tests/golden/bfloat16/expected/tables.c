/* bfloat16: what the runtime is told about the network. Written by trainc 0.1.0 from spec.yaml. */
#include "model.h"

static const char spec[] =
	"# A dense layer's operands in bfloat16, behind a convolution that stays in float32.\n"
	"version: 1\n"
	"name: bfloat16\n"
	"data:\n"
	"  format: idx\n"
	"  channels:\n"
	"    training:   {images: train-images, labels: train-labels}\n"
	"    validation: {images: test-images, labels: test-labels}\n"
	"  classes: 10\n"
	"model:\n"
	"  input: [12, 12, 1]\n"
	"  layers:\n"
	"    - conv2d: {filters: 4, kernel_size: 3, activation: relu}\n"
	"    - flatten\n"
	"    - dense: {units: 10, activation: softmax}\n"
	"training:\n"
	"  loss: categorical_crossentropy\n"
	"  optimizer: {sgd: {lr: 0.1}}\n"
	"  metrics: [accuracy]\n"
	"  precision: bfloat16\n"
	"export:\n"
	"  keras: {file: bfloat16.hd5}\n";


static const struct rt_hyperparameter hyperparameters[HYPERPARAMETERS + 1] = {
	{0},
};

static const struct rt_layer layers[] = {
	{"input_1", "InputLayer", "(None, 12, 12, 1)", "spec.yaml", ""},
	{"conv2d_1", "Conv2D", "(None, 10, 10, 4)", "spec.yaml:13", ""},
	{"flatten_1", "Flatten", "(None, 400)", "spec.yaml:14", ""},
	{"dense_1", "Dense", "(None, 10)", "spec.yaml:15", ""},
};

static const struct rt_parameter parameters[] = {
	{
		.layer = 1, .name = "kernel", .rank = 4, .dims = { 3, 3, 1, 4 }, /* conv2d_1 */
		.offset = W_conv2d_1_kernel, .count = 36, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 9.0, .fan_out = 36.0,
	},
	{
		.layer = 1, .name = "bias", .rank = 1, .dims = { 4 }, /* conv2d_1 */
		.offset = W_conv2d_1_bias, .count = 4, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 4.0, .fan_out = 4.0,
	},
	{
		.layer = 3, .name = "kernel", .rank = 2, .dims = { 400, 10 }, /* dense_1 */
		.offset = W_dense_1_kernel, .count = 4000, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 4e+02, .fan_out = 1e+01,
	},
	{
		.layer = 3, .name = "bias", .rank = 1, .dims = { 10 }, /* dense_1 */
		.offset = W_dense_1_bias, .count = 10, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 1e+01, .fan_out = 1e+01,
	},
	{0},
};

static const struct rt_metric metrics[] = {
	{"acc"},
	{0},
};

static const char keras_text[] =
	"{\"class_name\": \"Sequential\", \"config\": {\"name\": \"sequential_1\", \"layers\": [{\"class_name\": \"InputLayer\", \"config\": {\"batch_input_shape\": [null, 12, 12, 1], \"dtype\": \"float32\", \"sparse\": false, \"name\": \"input_1\"}}, {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"conv2d_1\", \"trainable\": true, \"filters\": 4, \"kernel_size\": [3, 3], \"strides\": [1, 1], \"padding\": \"valid\", \"data_format\": \"channels_last\", \"dilation_rate\": [1, 1], \"activation\": \"relu\", \"use_bias\": true, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}}, {\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten_1\", \"trainable\": true, \"data_format\": \"channels_last\"}}, {\"class_name\": \"Dense\", \"config\": {\"name\": \"dense_1\", \"trainable\": true, \"units\": 10, \"activation\": \"softmax\", \"use_bias\": true, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}}]}}";

static const char keras_training[] =
	"{\"optimizer_config\": {\"class_name\": \"SGD\", \"config\": {\"lr\": 0.1, \"momentum\": 0.0, \"decay\": 0.0, \"nesterov\": false}}, \"loss\": \"categorical_crossentropy\", \"metrics\": [\"accuracy\"], \"sample_weight_mode\": null, \"loss_weights\": null}";

static const struct rt_export exports[] = {
	{
		.write = rt_export_keras, .format = "keras", .file = "bfloat16.hd5",
		.text = keras_text,
		.training = keras_training,
		.include_optimizer = true,
	},
	{0},
};

/* One compilation of step.c for each instruction set, fastest first. */
#ifdef __x86_64__
extern const struct rt_code rt_code_amx;
extern const struct rt_code rt_code_avx512bf16;
extern const struct rt_code rt_code_avx512, rt_code_avx2, rt_code_x86_64;
static const struct rt_code *const codes[] = {
	&rt_code_amx,
	&rt_code_avx512bf16,
	&rt_code_avx512, &rt_code_avx2, &rt_code_x86_64, NULL
};
#elif defined(__aarch64__)
extern const struct rt_code rt_code_neon;
static const struct rt_code *const codes[] = {&rt_code_neon, NULL};
#else
extern const struct rt_code rt_code_generic;
static const struct rt_code *const codes[] = {&rt_code_generic, NULL};
#endif

const struct rt_model model = {
	.name = "bfloat16", .file = "spec.yaml", .spec = spec, .compiler = "0.1.0",
	.bfloat16 = "dense_1",
	.bfloat16_amx = "dense_1",
	.channels_first = false,
	.input_rank = 3, .input = { 12, 12, 1 },
	.classes = 10, .outputs = 10, .scale = 1.0,
	.channels = {
		[RT_TRAINING] = { "training", "train-images", "train-labels" },
		[RT_VALIDATION] = { "validation", "test-images", "test-labels" },
	},
	.first_label = 0, .label_column = -1, .transpose = false,
	.loss = {"categorical_crossentropy", 0.0, 0.0, false},
	.hyperparameters = hyperparameters, .n_hyperparameters = HYPERPARAMETERS,
	.layers = layers, .n_layers = sizeof layers / sizeof *layers,
	.parameters = parameters, .n_parameters = sizeof parameters / sizeof *parameters - 1,
	.weights = WEIGHTS, .trainable = TRAINABLE,
	.metrics = metrics, .n_metrics = sizeof metrics / sizeof *metrics - 1,
	.optimizer = {"SGD", 1, 0, {0.1, -1}, {0.0, -1}},
	.epochs = {1.0, -1}, .batch_size = {32.0, -1}, .gpus = {0.0, -1}, .seed = {0.0, -1}, .shuffle = true,
	.exports = exports, .n_exports = sizeof exports / sizeof *exports - 1,
	.codes = codes,
};
