/* mnist-cnn: what the runtime is told about the network. Written by trainc 0.1.0 from spec.yaml. */
#include "model.h"

static const char spec[] =
	"# The Keras example mnist_cnn: two convolutions, pooling, two dense layers; 1,199,882 parameters.\n"
	"# One epoch at lr 0.01 gives about 0.94 on MNIST, ten give 0.987, ten at lr 0.1 give 0.992.\n"
	"version: 1\n"
	"name: mnist-cnn\n"
	"\n"
	"# What keras.json says; or a path to one: backend: keras.json\n"
	"backend: {image_data_format: channels_first, floatx: float32, epsilon: 1.0e-7}\n"
	"\n"
	"# What hyperparameters.json may set. $name below is where each goes.\n"
	"hyperparameters:\n"
	"  lr:         {type: float, default: 0.1, min: 0}\n"
	"  batch_size: {type: int, default: 128, min: 1}\n"
	"  epochs:     {type: int, default: 10, min: 1}\n"
	"  gpu_count:  {type: int, default: 0, min: 0, aliases: [gpus]}\n"
	"\n"
	"data:\n"
	"  format: idx               # gzipped or plain\n"
	"  channels:\n"
	"    training:   {images: train-images-idx3-ubyte.gz, labels: train-labels-idx1-ubyte.gz}\n"
	"    validation: {images: t10k-images-idx3-ubyte.gz, labels: t10k-labels-idx1-ubyte.gz}\n"
	"  scale: 1/255\n"
	"  classes: 10\n"
	"\n"
	"model:\n"
	"  input: [1, 28, 28]        # in image_data_format order, without the batch\n"
	"  layers:\n"
	"    - conv2d: {filters: 32, kernel_size: [3, 3], activation: relu}\n"
	"    - conv2d: {filters: 64, kernel_size: [3, 3], activation: relu}\n"
	"    - max_pooling2d: {pool_size: [2, 2]}\n"
	"    - dropout: {rate: 0.25}\n"
	"    - flatten\n"
	"    - dense: {units: 128, activation: relu}\n"
	"    - dropout: {rate: 0.5}\n"
	"    - dense: {units: 10, activation: softmax}\n"
	"\n"
	"training:\n"
	"  loss: categorical_crossentropy\n"
	"  optimizer: {sgd: {lr: $lr, momentum: 0.9, nesterov: true, decay: 1.0e-6}}\n"
	"  metrics: [accuracy]\n"
	"  epochs: $epochs\n"
	"  batch_size: $batch_size\n"
	"  gpus: $gpu_count\n"
	"  shuffle: true\n"
	"  seed: 1\n"
	"\n"
	"export:\n"
	"  keras: {file: \"mnist-cnn-{epochs}.hd5\"}\n"
	"  mxnet: {prefix: \"mnist-cnn-{epochs}\"}\n";

static const char *const aliases_of_gpu_count[] = { "gpus", NULL};

static const struct rt_hyperparameter hyperparameters[HYPERPARAMETERS + 1] = {
	{"lr", RT_FLOAT, "0.1", true, false, 0.0, 0.0, NULL},
	{"batch_size", RT_INT, "128", true, true, 1.0, 2147483647.0, NULL},
	{"epochs", RT_INT, "10", true, true, 1.0, 2147483647.0, NULL},
	{"gpu_count", RT_INT, "0", true, true, 0.0, 2147483647.0, aliases_of_gpu_count},
	{0},
};

static const struct rt_layer layers[] = {
	{"input_1", "InputLayer", "(None, 1, 28, 28)", "spec.yaml", ""},
	{"conv2d_1", "Conv2D", "(None, 32, 26, 26)", "spec.yaml:27", ""},
	{"conv2d_2", "Conv2D", "(None, 64, 24, 24)", "spec.yaml:28", ""},
	{"max_pooling2d_1", "MaxPooling2D", "(None, 64, 12, 12)", "spec.yaml:29", ""},
	{"dropout_1", "Dropout", "(None, 64, 12, 12)", "spec.yaml:30", ""},
	{"flatten_1", "Flatten", "(None, 9216)", "spec.yaml:31", ""},
	{"dense_1", "Dense", "(None, 128)", "spec.yaml:32", ""},
	{"dropout_2", "Dropout", "(None, 128)", "spec.yaml:33", ""},
	{"dense_2", "Dense", "(None, 10)", "spec.yaml:34", ""},
};

static const struct rt_parameter parameters[] = {
	{
		.layer = 1, .name = "kernel", .rank = 4, .dims = { 3, 3, 1, 32 }, /* conv2d_1 */
		.offset = W_conv2d_1_kernel, .count = 288, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 9.0, .fan_out = 288.0,
	},
	{
		.layer = 1, .name = "bias", .rank = 1, .dims = { 32 }, /* conv2d_1 */
		.offset = W_conv2d_1_bias, .count = 32, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 32.0, .fan_out = 32.0,
	},
	{
		.layer = 2, .name = "kernel", .rank = 4, .dims = { 3, 3, 32, 64 }, /* conv2d_2 */
		.offset = W_conv2d_2_kernel, .count = 18432, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 288.0, .fan_out = 576.0,
	},
	{
		.layer = 2, .name = "bias", .rank = 1, .dims = { 64 }, /* conv2d_2 */
		.offset = W_conv2d_2_bias, .count = 64, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 64.0, .fan_out = 64.0,
	},
	{
		.layer = 6, .name = "kernel", .rank = 2, .dims = { 9216, 128 }, /* dense_1 */
		.offset = W_dense_1_kernel, .count = 1179648, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 9216.0, .fan_out = 128.0,
	},
	{
		.layer = 6, .name = "bias", .rank = 1, .dims = { 128 }, /* dense_1 */
		.offset = W_dense_1_bias, .count = 128, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 128.0, .fan_out = 128.0,
	},
	{
		.layer = 8, .name = "kernel", .rank = 2, .dims = { 128, 10 }, /* dense_2 */
		.offset = W_dense_2_kernel, .count = 1280, .trainable = true,
		.initializer = {.kind = RT_VARIANCE_SCALING, .a = 1.0, .mode = RT_FAN_AVG, .normal = false}, .fan_in = 128.0, .fan_out = 1e+01,
	},
	{
		.layer = 8, .name = "bias", .rank = 1, .dims = { 10 }, /* dense_2 */
		.offset = W_dense_2_bias, .count = 10, .trainable = true,
		.initializer = {.kind = RT_ZEROS}, .fan_in = 1e+01, .fan_out = 1e+01,
	},
	{0},
};

static const struct rt_metric metrics[] = {
	{"acc"},
	{0},
};

static const char keras_text[] =
	"{\"class_name\": \"Sequential\", \"config\": {\"name\": \"sequential_1\", \"layers\": [{\"class_name\": \"InputLayer\", \"config\": {\"batch_input_shape\": [null, 1, 28, 28], \"dtype\": \"float32\", \"sparse\": false, \"name\": \"input_1\"}}, {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"conv2d_1\", \"trainable\": true, \"filters\": 32, \"kernel_size\": [3, 3], \"strides\": [1, 1], \"padding\": \"valid\", \"data_format\": \"channels_first\", \"dilation_rate\": [1, 1], \"activation\": \"relu\", \"use_bias\": true, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}}, {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"conv2d_2\", \"trainable\": true, \"filters\": 64, \"kernel_size\": [3, 3], \"strides\": [1, 1], \"padding\": \"valid\", \"data_format\": \"channels_first\", \"dilation_rate\": [1, 1], \"activation\": \"relu\", \"use_bias\": true, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}}, {\"class_name\": \"MaxPooling2D\", \"config\": {\"name\": \"max_pooling2d_1\", \"trainable\": true, \"pool_size\": [2, 2], \"strides\": [2, 2], \"padding\": \"valid\", \"data_format\": \"channels_first\"}}, {\"class_name\": \"Dropout\", \"config\": {\"name\": \"dropout_1\", \"trainable\": true, \"rate\": 0.25, \"noise_shape\": null, \"seed\": null}}, {\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten_1\", \"trainable\": true, \"data_format\": \"channels_first\"}}, {\"class_name\": \"Dense\", \"config\": {\"name\": \"dense_1\", \"trainable\": true, \"units\": 128, \"activation\": \"relu\", \"use_bias\": true, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}}, {\"class_name\": \"Dropout\", \"config\": {\"name\": \"dropout_2\", \"trainable\": true, \"rate\": 0.5, \"noise_shape\": null, \"seed\": null}}, {\"class_name\": \"Dense\", \"config\": {\"name\": \"dense_2\", \"trainable\": true, \"units\": 10, \"activation\": \"softmax\", \"use_bias\": true, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}}, \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null, \"kernel_constraint\": null, \"bias_constraint\": null}}]}}";

static const char keras_training[] =
	"{\"optimizer_config\": {\"class_name\": \"SGD\", \"config\": {\"lr\": \"$lr\", \"momentum\": 0.9, \"decay\": 1e-06, \"nesterov\": true}}, \"loss\": \"categorical_crossentropy\", \"metrics\": [\"accuracy\"], \"sample_weight_mode\": null, \"loss_weights\": null}";

static const char mxnet_text[] =
	"{\n"
	"  \"nodes\": [\n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"/conv2d_1_input1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(0, 1, 28, 28)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"conv2d_1/kernel1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(32, 1, 3, 3)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Convolution\", \n"
	"      \"name\": \"conv2d_1/conv2d\", \n"
	"      \"attrs\": {\"dilate\": \"(1, 1)\", \"kernel\": \"(3, 3)\", \"no_bias\": \"True\", \"num_filter\": \"32\", \"pad\": \"(0, 0)\", \"stride\": \"(1, 1)\"}, \n"
	"      \"inputs\": [[0, 0, 0], [1, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"conv2d_1/bias1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(32,)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Reshape\", \n"
	"      \"name\": \"conv2d_1/reshape\", \n"
	"      \"attrs\": {\"shape\": \"(1, 32, 1, 1)\"}, \n"
	"      \"inputs\": [[3, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"broadcast_add\", \n"
	"      \"name\": \"conv2d_1/add\", \n"
	"      \"inputs\": [[2, 0, 0], [4, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"LeakyReLU\", \n"
	"      \"name\": \"conv2d_1/relu\", \n"
	"      \"attrs\": {\"act_type\": \"leaky\", \"slope\": \"0.0\"}, \n"
	"      \"inputs\": [[5, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"conv2d_2/kernel1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(64, 32, 3, 3)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Convolution\", \n"
	"      \"name\": \"conv2d_2/conv2d\", \n"
	"      \"attrs\": {\"dilate\": \"(1, 1)\", \"kernel\": \"(3, 3)\", \"no_bias\": \"True\", \"num_filter\": \"64\", \"pad\": \"(0, 0)\", \"stride\": \"(1, 1)\"}, \n"
	"      \"inputs\": [[6, 0, 0], [7, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"conv2d_2/bias1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(64,)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Reshape\", \n"
	"      \"name\": \"conv2d_2/reshape\", \n"
	"      \"attrs\": {\"shape\": \"(1, 64, 1, 1)\"}, \n"
	"      \"inputs\": [[9, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"broadcast_add\", \n"
	"      \"name\": \"conv2d_2/add\", \n"
	"      \"inputs\": [[8, 0, 0], [10, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"LeakyReLU\", \n"
	"      \"name\": \"conv2d_2/relu\", \n"
	"      \"attrs\": {\"act_type\": \"leaky\", \"slope\": \"0.0\"}, \n"
	"      \"inputs\": [[11, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Pooling\", \n"
	"      \"name\": \"max_pooling2d_1/pool2d\", \n"
	"      \"attrs\": {\"kernel\": \"(2, 2)\", \"pad\": \"(0, 0)\", \"pool_type\": \"max\", \"pooling_convention\": \"valid\", \"stride\": \"(2, 2)\"}, \n"
	"      \"inputs\": [[12, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Dropout\", \n"
	"      \"name\": \"dropout_1/dropout\", \n"
	"      \"attrs\": {\"p\": \"0.25\"}, \n"
	"      \"inputs\": [[13, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"transpose\", \n"
	"      \"name\": \"flatten_1/channels_last\", \n"
	"      \"attrs\": {\"axes\": \"(0, 2, 3, 1)\"}, \n"
	"      \"inputs\": [[14, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Flatten\", \n"
	"      \"name\": \"flatten_1/flatten\", \n"
	"      \"inputs\": [[15, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"dense_1/kernel1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(9216, 128)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"dot\", \n"
	"      \"name\": \"dense_1/dot\", \n"
	"      \"inputs\": [[16, 0, 0], [17, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"dense_1/bias1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(128,)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"broadcast_add\", \n"
	"      \"name\": \"dense_1/add\", \n"
	"      \"inputs\": [[18, 0, 0], [19, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"LeakyReLU\", \n"
	"      \"name\": \"dense_1/relu\", \n"
	"      \"attrs\": {\"act_type\": \"leaky\", \"slope\": \"0.0\"}, \n"
	"      \"inputs\": [[20, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"Dropout\", \n"
	"      \"name\": \"dropout_2/dropout\", \n"
	"      \"attrs\": {\"p\": \"0.5\"}, \n"
	"      \"inputs\": [[21, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"dense_2/kernel1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(128, 10)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"dot\", \n"
	"      \"name\": \"dense_2/dot\", \n"
	"      \"inputs\": [[22, 0, 0], [23, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"null\", \n"
	"      \"name\": \"dense_2/bias1\", \n"
	"      \"attrs\": {\"__dtype__\": \"0\", \"__shape__\": \"(10,)\", \"__storage_type__\": \"0\"}, \n"
	"      \"inputs\": []\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"broadcast_add\", \n"
	"      \"name\": \"dense_2/add\", \n"
	"      \"inputs\": [[24, 0, 0], [25, 0, 0]]\n"
	"    }, \n"
	"    {\n"
	"      \"op\": \"softmax\", \n"
	"      \"name\": \"dense_2/softmax\", \n"
	"      \"attrs\": {\"axis\": \"1\"}, \n"
	"      \"inputs\": [[26, 0, 0]]\n"
	"    }\n"
	"  ], \n"
	"  \"arg_nodes\": [0, 1, 3, 7, 9, 17, 19, 23, 25], \n"
	"  \"node_row_ptr\": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30], \n"
	"  \"heads\": [[27, 0, 0]], \n"
	"  \"attrs\": {\"mxnet_version\": [\"int\", 10501]}\n"
	"}";

static const struct rt_array mxnet_arrays[] = {
	{"arg:conv2d_1/kernel1", 0, 4, { 3, 2, 0, 1 }, { 32, 1, 3, 3 }, 0.0f},
	{"arg:conv2d_1/bias1", 1, 1, { 0 }, { 32 }, 0.0f},
	{"arg:conv2d_2/kernel1", 2, 4, { 3, 2, 0, 1 }, { 64, 32, 3, 3 }, 0.0f},
	{"arg:conv2d_2/bias1", 3, 1, { 0 }, { 64 }, 0.0f},
	{"arg:dense_1/kernel1", 4, 2, { 0, 1 }, { 9216, 128 }, 0.0f},
	{"arg:dense_1/bias1", 5, 1, { 0 }, { 128 }, 0.0f},
	{"arg:dense_2/kernel1", 6, 2, { 0, 1 }, { 128, 10 }, 0.0f},
	{"arg:dense_2/bias1", 7, 1, { 0 }, { 10 }, 0.0f},
};

static const struct rt_export exports[] = {
	{
		.write = rt_export_keras, .format = "keras", .file = "mnist-cnn-{epochs}.hd5",
		.text = keras_text,
		.training = keras_training,
		.include_optimizer = true,
	},
	{
		.write = rt_export_mxnet, .format = "mxnet", .file = "mnist-cnn-{epochs}",
		.text = mxnet_text,
		.include_optimizer = false,
		.arrays = mxnet_arrays, .n_arrays = 8, .input_name = "/conv2d_1_input1",
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
	.name = "mnist-cnn", .file = "spec.yaml", .spec = spec, .compiler = "0.1.0",
	.channels_first = true,
	.input_rank = 3, .input = { 1, 28, 28 },
	.classes = 10, .outputs = 10, .scale = 0.00392156862745098,
	.channels = {
		[RT_TRAINING] = { "training", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz" },
		[RT_VALIDATION] = { "validation", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz" },
	},
	.first_label = 0, .label_column = -1, .transpose = false,
	.loss = {"categorical_crossentropy", 0.0, 0.0, false},
	.hyperparameters = hyperparameters, .n_hyperparameters = HYPERPARAMETERS,
	.layers = layers, .n_layers = sizeof layers / sizeof *layers,
	.parameters = parameters, .n_parameters = sizeof parameters / sizeof *parameters - 1,
	.weights = WEIGHTS, .trainable = TRAINABLE,
	.metrics = metrics, .n_metrics = sizeof metrics / sizeof *metrics - 1,
	.optimizer = {"SGD", 1, 0, {0.1, 0}, {1e-06, -1}},
	.epochs = {1e+01, 2}, .batch_size = {128.0, 1}, .gpus = {0.0, 3}, .seed = {1.0, -1}, .shuffle = true,
	.exports = exports, .n_exports = sizeof exports / sizeof *exports - 1,
	.codes = codes,
};
