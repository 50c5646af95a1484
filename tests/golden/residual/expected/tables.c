/* residual: what the runtime is told about the network. Written by trainc 0.1.0 from spec.yaml. */
#include "model.h"

static const char spec[] =
	"# A residual block: batch normalization in training and evaluation, a gradient with two writers, a graph that branches.\n"
	"version: 1\n"
	"name: residual\n"
	"data:\n"
	"  format: idx\n"
	"  channels:\n"
	"    training:   {images: train-images, labels: train-labels}\n"
	"    validation: {images: test-images, labels: test-labels}\n"
	"  scale: 1/255\n"
	"  classes: 4\n"
	"model:\n"
	"  input: [8, 8, 3]\n"
	"  layers:\n"
	"    - conv2d: {filters: 8, kernel_size: 3, padding: same, use_bias: false}\n"
	"    - batch_normalization\n"
	"    - activation: {name: trunk, activation: relu}\n"
	"    - conv2d: {filters: 8, kernel_size: 3, padding: same, use_bias: false}\n"
	"    - batch_normalization: {name: branch}\n"
	"    - add: {name: sum, inputs: [branch, trunk]}\n"
	"    - activation: {activation: relu}\n"
	"    - global_average_pooling2d\n"
	"    - dense: {units: 4, activation: softmax}\n"
	"training:\n"
	"  loss: categorical_crossentropy\n"
	"  optimizer: {sgd: {lr: 0.05, momentum: 0.9, nesterov: true}}\n"
	"  metrics: [accuracy]\n"
	"  epochs: 2\n"
	"  batch_size: 32\n"
	"export:\n"
	"  keras: {file: \"residual-{epochs}.hd5\"}\n";


static const struct rt_hyperparameter hyperparameters[HYPERPARAMETERS + 1] = {
	{0},
};

static const struct rt_layer layers[] = {
	{"input_1", "InputLayer", "(None, 8, 8, 3)", "spec.yaml", ""},
	{"conv2d_1", "Conv2D", "(None, 8, 8, 8)", "spec.yaml:14", ""},
	{"batch_normalization_1", "BatchNormalization", "(None, 8, 8, 8)", "spec.yaml:15", ""},
	{"trunk", "Activation", "(None, 8, 8, 8)", "spec.yaml:16", ""},
	{"conv2d_2", "Conv2D", "(None, 8, 8, 8)", "spec.yaml:17", ""},
	{"branch", "BatchNormalization", "(None, 8, 8, 8)", "spec.yaml:18", ""},
	{"sum", "Add", "(None, 8, 8, 8)", "spec.yaml:19", "branch, trunk"},
	{"activation_1", "Activation", "(None, 8, 8, 8)", "spec.yaml:20", ""},
	{"global_average_pooling2d_1", "GlobalAveragePooling2D", "(None, 8)", "spec.yaml:21", ""},
	{"dense_1", "Dense", "(None, 4)", "spec.yaml:22", ""},
};

static const struct rt_parameter parameters[] = {
	{
		.layer = 1, .name = "kernel", .rank = 4, .dims = { 3, 3, 3, 8 }, /* conv2d_1 */
		.offset = W_conv2d_1_kernel, .count = 216, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 27.0, .fan_out = 72.0,
	},
	{
		.layer = 2, .name = "gamma", .rank = 1, .dims = { 8 }, /* batch_normalization_1 */
		.offset = W_batch_normalization_1_gamma, .count = 8, .trainable = true,
		.initializer = {.kind = RT_ONES}, .fan_in = 8.0, .fan_out = 8.0,
	},
	{
		.layer = 2, .name = "beta", .rank = 1, .dims = { 8 }, /* batch_normalization_1 */
		.offset = W_batch_normalization_1_beta, .count = 8, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 8.0, .fan_out = 8.0,
	},
	{
		.layer = 2, .name = "moving_mean", .rank = 1, .dims = { 8 }, /* batch_normalization_1 */
		.offset = W_batch_normalization_1_moving_mean, .count = 8, .trainable = false,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 8.0, .fan_out = 8.0,
	},
	{
		.layer = 2, .name = "moving_variance", .rank = 1, .dims = { 8 }, /* batch_normalization_1 */
		.offset = W_batch_normalization_1_moving_variance, .count = 8, .trainable = false,
		.initializer = {.kind = RT_ONES}, .fan_in = 8.0, .fan_out = 8.0,
	},
	{
		.layer = 4, .name = "kernel", .rank = 4, .dims = { 3, 3, 8, 8 }, /* conv2d_2 */
		.offset = W_conv2d_2_kernel, .count = 576, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 72.0, .fan_out = 72.0,
	},
	{
		.layer = 5, .name = "gamma", .rank = 1, .dims = { 8 }, /* branch */
		.offset = W_branch_gamma, .count = 8, .trainable = true,
		.initializer = {.kind = RT_ONES}, .fan_in = 8.0, .fan_out = 8.0,
	},
	{
		.layer = 5, .name = "beta", .rank = 1, .dims = { 8 }, /* branch */
		.offset = W_branch_beta, .count = 8, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 8.0, .fan_out = 8.0,
	},
	{
		.layer = 5, .name = "moving_mean", .rank = 1, .dims = { 8 }, /* branch */
		.offset = W_branch_moving_mean, .count = 8, .trainable = false,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 8.0, .fan_out = 8.0,
	},
	{
		.layer = 5, .name = "moving_variance", .rank = 1, .dims = { 8 }, /* branch */
		.offset = W_branch_moving_variance, .count = 8, .trainable = false,
		.initializer = {.kind = RT_ONES}, .fan_in = 8.0, .fan_out = 8.0,
	},
	{
		.layer = 9, .name = "kernel", .rank = 2, .dims = { 8, 4 }, /* dense_1 */
		.offset = W_dense_1_kernel, .count = 32, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 8.0, .fan_out = 4.0,
	},
	{
		.layer = 9, .name = "bias", .rank = 1, .dims = { 4 }, /* dense_1 */
		.offset = W_dense_1_bias, .count = 4, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 4.0, .fan_out = 4.0,
	},
	{0},
};

static const struct rt_metric metrics[] = {
	{"acc"},
	{0},
};

static const char keras_text[] =
	"{\"class_name\": \"Model\", \"config\": {\"name\": \"model_1\", \"layers\": [{\"name\": \"input_1\", \"class_name\": \"InputLayer\", \"config\": {\"batch_input_shape\": [null, 8, 8, 3], \"dtype\": \"float32\", \"sparse\": false, \"name\": \"input_1\"}, \"inbound_nodes\": []}, {\"name\": \"conv2d_1\", \"class_name\": \"Conv2D\", \"config\": {\"name\": \"conv2d_1\", \"trainable\": true, \"filters\": 8, \"kernel_size\": [3, 3], \"strides\": [1, 1], \"padding\": \"same\", \"data_format\": \"channels_last\", \"dilation_rate\": [1, 1], \"activation\": \"linear\", \"use_bias\": false, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}, \"inbound_nodes\": [[[\"input_1\", 0, 0, {}]]]}, {\"name\": \"batch_normalization_1\", \"class_name\": \"BatchNormalization\", \"config\": {\"name\": \"batch_normalization_1\", \"trainable\": true, \"axis\": -1, \"momentum\": 0.99, \"epsilon\": 0.001, \"center\": true, \"scale\": true, \"beta_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"gamma_initializer\": {\"class_name\": \"Ones\", \"config\": {}}, \"moving_mean_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"moving_variance_initializer\": {\"class_name\": \"Ones\", \"config\": {}}, \"beta_regularizer\": null, \"gamma_regularizer\": null, \"beta_constraint\": null, \"gamma_constraint\": null}, \"inbound_nodes\": [[[\"conv2d_1\", 0, 0, {}]]]}, {\"name\": \"trunk\", \"class_name\": \"Activation\", \"config\": {\"name\": \"trunk\", \"trainable\": true, \"activation\": \"relu\"}, \"inbound_nodes\": [[[\"batch_normalization_1\", 0, 0, {}]]]}, {\"name\": \"conv2d_2\", \"class_name\": \"Conv2D\", \"config\": {\"name\": \"conv2d_2\", \"trainable\": true, \"filters\": 8, \"kernel_size\": [3, 3], \"strides\": [1, 1], \"padding\": \"same\", \"data_format\": \"channels_last\", \"dilation_rate\": [1, 1], \"activation\": \"linear\", \"use_bias\": false, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}, \"inbound_nodes\": [[[\"trunk\", 0, 0, {}]]]}, {\"name\": \"branch\", \"class_name\": \"BatchNormalization\", \"config\": {\"name\": \"branch\", \"trainable\": true, \"axis\": -1, \"momentum\": 0.99, \"epsilon\": 0.001, \"center\": true, \"scale\": true, \"beta_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"gamma_initializer\": {\"class_name\": \"Ones\", \"config\": {}}, \"moving_mean_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"moving_variance_initializer\": {\"class_name\": \"Ones\", \"config\": {}}, \"beta_regularizer\": null, \"gamma_regularizer\": null, \"beta_constraint\": null, \"gamma_constraint\": null}, \"inbound_nodes\": [[[\"conv2d_2\", 0, 0, {}]]]}, {\"name\": \"sum\", \"class_name\": \"Add\", \"config\": {\"name\": \"sum\", \"trainable\": true}, \"inbound_nodes\": [[[\"branch\", 0, 0, {}], [\"trunk\", 0, 0, {}]]]}, {\"name\": \"activation_1\", \"class_name\": \"Activation\", \"config\": {\"name\": \"activation_1\", \"trainable\": true, \"activation\": \"relu\"}, \"inbound_nodes\": [[[\"sum\", 0, 0, {}]]]}, {\"name\": \"global_average_pooling2d_1\", \"class_name\": \"GlobalAveragePooling2D\", \"config\": {\"name\": \"global_average_pooling2d_1\", \"trainable\": true, \"data_format\": \"channels_last\"}, \"inbound_nodes\": [[[\"activation_1\", 0, 0, {}]]]}, {\"name\": \"dense_1\", \"class_name\": \"Dense\", \"config\": {\"name\": \"dense_1\", \"trainable\": true, \"units\": 4, \"activation\": \"softmax\", \"use_bias\": true, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}, \"inbound_nodes\": [[[\"global_average_pooling2d_1\", 0, 0, {}]]]}], \"input_layers\": [[\"input_1\", 0, 0]], \"output_layers\": [[\"dense_1\", 0, 0]]}}";

static const char keras_training[] =
	"{\"optimizer_config\": {\"class_name\": \"SGD\", \"config\": {\"lr\": 0.05, \"momentum\": 0.9, \"decay\": 0.0, \"nesterov\": true}}, \"loss\": \"categorical_crossentropy\", \"metrics\": [\"accuracy\"], \"sample_weight_mode\": null, \"loss_weights\": null}";

static const struct rt_export exports[] = {
	{
		.write = rt_export_keras, .format = "keras", .file = "residual-{epochs}.hd5",
		.text = keras_text,
		.training = keras_training,
		.include_optimizer = true,
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
	.name = "residual", .file = "spec.yaml", .spec = spec, .compiler = "0.1.0",
	.channels_first = false,
	.input_rank = 3, .input = { 8, 8, 3 },
	.classes = 4, .outputs = 4, .scale = 0.00392156862745098,
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
	.optimizer = {"SGD", 1, 0, {0.05, -1}, {0.0, -1}},
	.epochs = {2.0, -1}, .batch_size = {32.0, -1}, .gpus = {0.0, -1}, .seed = {0.0, -1}, .shuffle = true,
	.exports = exports, .n_exports = sizeof exports / sizeof *exports - 1,
	.codes = codes,
};
