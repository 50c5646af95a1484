/* dense: what the runtime is told about the network. Written by trainc 0.1.0 from spec.yaml. */
#include "model.h"

static const char spec[] =
	"# Dense layers only: products over the whole batch in tiles, adam's two states, hyperparameters of every type.\n"
	"version: 1\n"
	"name: dense\n"
	"hyperparameters:\n"
	"  lr:    {type: float, default: 0.001, min: 0, max: 1, aliases: [learning_rate, eta]}\n"
	"  keep:  {type: float, default: 0.5, min: 0, max: 0.9}\n"
	"  steps: {type: int, default: 3, min: 1}\n"
	"data:\n"
	"  format: idx\n"
	"  channels:\n"
	"    training:   {images: train-images, labels: train-labels}\n"
	"    validation: {images: test-images, labels: test-labels}\n"
	"  classes: 1\n"
	"model:\n"
	"  input: [13]\n"
	"  layers:\n"
	"    - dense: {units: 20, activation: tanh}\n"
	"    - dropout: {rate: $keep}\n"
	"    - dense: {units: 1, activation: sigmoid}\n"
	"training:\n"
	"  loss: binary_crossentropy\n"
	"  optimizer: {adam: {lr: $lr}}\n"
	"  metrics: [accuracy]\n"
	"  epochs: $steps\n"
	"  batch_size: 16\n"
	"  seed: 7\n"
	"export:\n"
	"  mxnet: {prefix: dense}\n";

static const char *const aliases_of_lr[] = { "learning_rate", "eta", NULL};

static const struct rt_hyperparameter hyperparameters[HYPERPARAMETERS + 1] = {
	{"lr", RT_FLOAT, "0.001", true, true, 0.0, 1.0, aliases_of_lr},
	{"keep", RT_FLOAT, "0.5", true, true, 0.0, 0.9, NULL},
	{"steps", RT_INT, "3", true, true, 1.0, 2147483647.0, NULL},
	{0},
};

static const struct rt_layer layers[] = {
	{"input_1", "InputLayer", "(None, 13)", "spec.yaml", ""},
	{"dense_1", "Dense", "(None, 20)", "spec.yaml:17", ""},
	{"dropout_1", "Dropout", "(None, 20)", "spec.yaml:18", ""},
	{"dense_2", "Dense", "(None, 1)", "spec.yaml:19", ""},
};

static const struct rt_parameter parameters[] = {
	{
		.layer = 1, .name = "kernel", .rank = 2, .dims = { 13, 20 }, /* dense_1 */
		.offset = W_dense_1_kernel, .count = 260, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 13.0, .fan_out = 2e+01,
	},
	{
		.layer = 1, .name = "bias", .rank = 1, .dims = { 20 }, /* dense_1 */
		.offset = W_dense_1_bias, .count = 20, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 2e+01, .fan_out = 2e+01,
	},
	{
		.layer = 3, .name = "kernel", .rank = 2, .dims = { 20, 1 }, /* dense_2 */
		.offset = W_dense_2_kernel, .count = 20, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 2e+01, .fan_out = 1.0,
	},
	{
		.layer = 3, .name = "bias", .rank = 1, .dims = { 1 }, /* dense_2 */
		.offset = W_dense_2_bias, .count = 1, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 1.0, .fan_out = 1.0,
	},
	{0},
};

static const struct rt_metric metrics[] = {
	{"acc"},
	{0},
};

static const char mxnet_text[] =
	"{\n"
	"  \"nodes\": [\n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"/dense_1_input1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(0, 13)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"dense_1/kernel1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(13, 20)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"dot\", \n"
	"      \"name\": \"dense_1/dot\", \n"
	"      \"inputs\": [[0, 0, 0], [1, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"dense_1/bias1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(20,)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"broadcast_add\", \n"
	"      \"name\": \"dense_1/add\", \n"
	"      \"inputs\": [[2, 0, 0], [3, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Activation\", \n"
	"      \"name\": \"dense_1/tanh\", \n"
	"      \"attrs\": {\"act_type\": \"tanh\"}, \n"
	"      \"inputs\": [[4, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Dropout\", \n"
	"      \"name\": \"dropout_1/dropout\", \n"
	"      \"attrs\": {\"p\": \"$keep\"}, \n"
	"      \"inputs\": [[5, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"dense_2/kernel1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(20, 1)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"dot\", \n"
	"      \"name\": \"dense_2/dot\", \n"
	"      \"inputs\": [[6, 0, 0], [7, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"dense_2/bias1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(1,)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"broadcast_add\", \n"
	"      \"name\": \"dense_2/add\", \n"
	"      \"inputs\": [[8, 0, 0], [9, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Activation\", \n"
	"      \"name\": \"dense_2/sigmoid\", \n"
	"      \"attrs\": {\"act_type\": \"sigmoid\"}, \n"
	"      \"inputs\": [[10, 0, 0]]\n"
	"    }\n"
	"  ], \n"
	"  \"arg_nodes\": [0, 1, 3, 7, 9], \n"
	"  \"node_row_ptr\": [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13], \n"
	"  \"heads\": [[11, 0, 0]], \n"
	"  \"attrs\": {\"mxnet_version\": [\"int\", 10501]}\n"
	"}";

static const struct rt_array mxnet_arrays[] = {
	{"arg:dense_1/kernel1", 0, 2, { 0, 1 }, { 13, 20 }, 0.0f},
	{"arg:dense_1/bias1", 1, 1, { 0 }, { 20 }, 0.0f},
	{"arg:dense_2/kernel1", 2, 2, { 0, 1 }, { 20, 1 }, 0.0f},
	{"arg:dense_2/bias1", 3, 1, { 0 }, { 1 }, 0.0f},
};

static const struct rt_export exports[] = {
	{
		.write = rt_export_mxnet, .format = "mxnet", .file = "dense",
		.text = mxnet_text,
		.include_optimizer = false,
		.arrays = mxnet_arrays, .n_arrays = 4, .input_name = "/dense_1_input1",
	},
	{0},
};

/* One compilation of step.c for each instruction set, fastest first. */
#ifdef __x86_64__
extern const struct rt_code rt_code_avx512, rt_code_avx2, rt_code_x86_64;
static const struct rt_code *const codes[] = {
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
	.name = "dense", .file = "spec.yaml", .spec = spec, .compiler = "0.1.0",
	.channels_first = false,
	.input_rank = 1, .input = { 13 },
	.classes = 1, .outputs = 1, .scale = 1.0,
	.channels = {
		[RT_TRAINING] = { "training", "train-images", "train-labels" },
		[RT_VALIDATION] = { "validation", "test-images", "test-labels" },
	},
	.first_label = 0, .label_column = -1, .transpose = false,
	.loss = {"binary_crossentropy", 0.0, 1.0, false},
	.hyperparameters = hyperparameters, .n_hyperparameters = HYPERPARAMETERS,
	.layers = layers, .n_layers = sizeof layers / sizeof *layers,
	.parameters = parameters, .n_parameters = sizeof parameters / sizeof *parameters - 1,
	.weights = WEIGHTS, .trainable = TRAINABLE,
	.metrics = metrics, .n_metrics = sizeof metrics / sizeof *metrics - 1,
	.optimizer = {"Adam", 2, 1, {0.001, 0}, {0.0, -1}},
	.epochs = {3.0, 2}, .batch_size = {16.0, -1}, .gpus = {0.0, -1}, .seed = {7.0, -1}, .shuffle = true,
	.exports = exports, .n_exports = sizeof exports / sizeof *exports - 1,
	.codes = codes,
};
