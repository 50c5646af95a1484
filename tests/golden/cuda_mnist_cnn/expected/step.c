/* mnist-cnn: one training step, and evaluation. Written by trainc 0.1.0 from spec.yaml.
 *
 * A step is a row of launches of the kernels in kernels.cu, in order on one stream, but that gradients of weights go aside, where
 * they run beside what follows. The runtime records it once as a graph and replays that. Each sum over the batch has one order,
 * so the same GPU gives the same bits every time.
 */
#include <trainc/cuda/cuda.h>
#include <trainc/cuda/libraries.h>
#include "memory.h"

/* The kernels: these are handles to launch them by, not functions to call. */
void convolution_cudnn_pack_1(void);
void input_forward_1(void);
void convolution_few_forward_1(void);
void relu_pool_forward_1(void);
void relu_mask_forward_1(void);
void softmax_crossentropy_forward_1(void);
void metric_categorical_accuracy_1(void);
void relu_mask_backward_1(void);
void relu_pool_backward_1(void);
void convolution_cudnn_bias_sums_1(void);
void convolution_cudnn_bias_1(void);
void convolution_cudnn_unpack_1(void);
void convolution_few_sums_1(void);
void convolution_few_gradients_1(void);
void relu_pool_evaluate_1(void);
void relu_mask_evaluate_1(void);
void softmax_crossentropy_evaluate_1(void);
void predict_copy_1(void);
void update(void);

/* Where things lie in the GPU's memory. */
#define SAMPLES(place) (cuda->work.samples + (size_t)(place) * (size_t)cuda->work.capacity)
#define SUMS(place) (cuda->work.sums + (place))
#define ONCE(place) (cuda->work.fixed + (place))
#define WEIGHTS(place) (cuda->work.weights + (place))
#define GRADIENTS(place) (cuda->work.gradients + (place))
#define METRIC(number) (cuda->work.metrics + (size_t)(number) * (size_t)cuda->work.capacity)

/* What NVIDIA's libraries compute; the runtime fills in the batch. */
static const struct rt_convolution convolution[] = {
	{
		.kind = RT_PRODUCT_Y, .math = RT_MATH_TF32,
		.epilogue = RT_BIAS,
		.in_height = 26, .in_width = 26, .in_channels = 32,
		.out_height = 24, .out_width = 24, .out_channels = 64,
		.kernel_height = 3, .kernel_width = 3, .stride_height = 1, .stride_width = 1,
		.dilation_height = 1, .dilation_width = 1,
		.pad_top = 0, .pad_left = 0, .pad_bottom = 0, .pad_right = 0,
	},
	{
		.kind = RT_PRODUCT_X, .math = RT_MATH_TF32,
		.in_height = 26, .in_width = 26, .in_channels = 32,
		.out_height = 24, .out_width = 24, .out_channels = 64,
		.kernel_height = 3, .kernel_width = 3, .stride_height = 1, .stride_width = 1,
		.dilation_height = 1, .dilation_width = 1,
		.pad_top = 0, .pad_left = 0, .pad_bottom = 0, .pad_right = 0,
	},
	{
		.kind = RT_PRODUCT_W, .math = RT_MATH_TF32,
		.in_height = 26, .in_width = 26, .in_channels = 32,
		.out_height = 24, .out_width = 24, .out_channels = 64,
		.kernel_height = 3, .kernel_width = 3, .stride_height = 1, .stride_width = 1,
		.dilation_height = 1, .dilation_width = 1,
		.pad_top = 0, .pad_left = 0, .pad_bottom = 0, .pad_right = 0,
	},
	{0},
};
static const struct rt_dense dense[] = {
	{
		.kind = RT_PRODUCT_Y, .math = RT_MATH_TF32, .in = 9216, .out = 128,
		.epilogue = RT_BIAS,
	},
	{
		.kind = RT_PRODUCT_Y, .math = RT_MATH_TF32, .in = 128, .out = 10,
		.epilogue = RT_BIAS,
	},
	{
		.kind = RT_PRODUCT_X, .math = RT_MATH_TF32, .in = 128, .out = 10,
	},
	{
		.kind = RT_PRODUCT_W, .math = RT_MATH_TF32, .in = 128, .out = 10,
		.epilogue = RT_BIAS,
	},
	{
		.kind = RT_PRODUCT_X, .math = RT_MATH_TF32, .in = 9216, .out = 128,
	},
	{
		.kind = RT_PRODUCT_W, .math = RT_MATH_TF32, .in = 9216, .out = 128,
		.epilogue = RT_BIAS,
	},
	{0},
};

/* Forward, loss and backward: the batch's mean gradient in work.gradients. */
static void gradients(struct rt_cuda *cuda)
{
	const long n = cuda->work.n, slots = cuda->work.slots;

	(void)slots;
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, pack */
	LAUNCH(convolution_cudnn_pack_1, ELEMENTS(3 * 3 * 32 * 64), WEIGHTS(W_conv2d_2_kernel), ONCE(P0_conv2d_2_linear));
	/* input (spec.yaml:25), forward */
	LAUNCH(input_forward_1, ELEMENTS(n * 784), SAMPLES(Y_input));
	TRACE(0, SAMPLES(Y_input), 784);
	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, forward */
	LAUNCH(convolution_few_forward_1, ELEMENTS(n * 26 * 26 * 32 / 4), SAMPLES(Y_input), WEIGHTS(W_conv2d_1_kernel),
			WEIGHTS(W_conv2d_1_bias), SAMPLES(Y_conv2d_1));
	TRACE(1, SAMPLES(Y_conv2d_1), 21632);
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, forward */
	PRODUCT(convolution, 0, SAMPLES(Y_conv2d_1), ONCE(P0_conv2d_2_linear), SAMPLES(Y_conv2d_2_linear),
			WEIGHTS(W_conv2d_2_bias));
	TRACE(2, SAMPLES(Y_conv2d_2_linear), 36864);
	/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  24x24x64 -> 12x12x64, forward */
	LAUNCH(relu_pool_forward_1, ELEMENTS(n * 9216 / 4), SAMPLES(Y_conv2d_2_linear), SAMPLES(Y_dropout_1),
			SAMPLES(S0_dropout_1));
	TRACE(4, SAMPLES(Y_dropout_1), 9216);
	/* dense_1 (spec.yaml:32)  9216 -> 128, forward */
	PRODUCT(dense, 0, SAMPLES(Y_dropout_1), WEIGHTS(W_dense_1_kernel), SAMPLES(Y_dense_1_linear),
			WEIGHTS(W_dense_1_bias));
	TRACE(6, SAMPLES(Y_dense_1_linear), 128);
	/* dense_1 + dropout_2 (spec.yaml:32-33)  128 -> 128, forward */
	LAUNCH(relu_mask_forward_1, ELEMENTS(n * ((128 + 3) / 4)), SAMPLES(Y_dense_1_linear), SAMPLES(Y_dropout_2));
	TRACE(7, SAMPLES(Y_dropout_2), 128);
	/* dense_2 (spec.yaml:34)  128 -> 10, forward */
	PRODUCT(dense, 1, SAMPLES(Y_dropout_2), WEIGHTS(W_dense_2_kernel), SAMPLES(Y_dense_2_linear),
			WEIGHTS(W_dense_2_bias));
	TRACE(8, SAMPLES(Y_dense_2_linear), 10);
	/* dense_2's softmax and categorical_crossentropy, forward */
	LAUNCH(softmax_crossentropy_forward_1, ((n) * 32 + RT_CUDA_THREADS - 1) / RT_CUDA_THREADS, SAMPLES(Y_dense_2_linear),
			SAMPLES(Y_dense_2), SAMPLES(D_dense_2_linear));
	/* accuracy */
	ASIDE_FORK();
	ASIDE_BEGIN();
	LAUNCH(metric_categorical_accuracy_1, ELEMENTS(n), SAMPLES(Y_dense_2), METRIC(0));
	SUM_LOSSES();
	ASIDE_END();
	/* dense_2 (spec.yaml:34)  128 -> 10, backward */
	ASIDE_FORK();
	PRODUCT(dense, 2, SAMPLES(D_dropout_2), WEIGHTS(W_dense_2_kernel), SAMPLES(D_dense_2_linear));
	/* dense_2 (spec.yaml:34)  128 -> 10, backward */
	ASIDE_BEGIN();
	PRODUCT(dense, 3, SAMPLES(Y_dropout_2), GRADIENTS(W_dense_2_kernel), SAMPLES(D_dense_2_linear),
			GRADIENTS(W_dense_2_bias));
	ASIDE_END();
	/* dense_1 + dropout_2 (spec.yaml:32-33)  128 -> 128, backward */
	LAUNCH(relu_mask_backward_1, ELEMENTS(n * 128), SAMPLES(Y_dropout_2), SAMPLES(D_dropout_2), SAMPLES(D_dense_1_linear));
	/* dense_1 (spec.yaml:32)  9216 -> 128, backward */
	ASIDE_FORK();
	PRODUCT(dense, 4, SAMPLES(D_dropout_1), WEIGHTS(W_dense_1_kernel), SAMPLES(D_dense_1_linear));
	/* dense_1 (spec.yaml:32)  9216 -> 128, backward */
	ASIDE_BEGIN();
	PRODUCT(dense, 5, SAMPLES(Y_dropout_1), GRADIENTS(W_dense_1_kernel), SAMPLES(D_dense_1_linear),
			GRADIENTS(W_dense_1_bias));
	ASIDE_END();
	REDUCE(18816, 1181072);
	/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  24x24x64 -> 12x12x64, backward */
	LAUNCH(relu_pool_backward_1, ELEMENTS(n * 36864 / 4), SAMPLES(S0_dropout_1), SAMPLES(D_dropout_1),
			SAMPLES(D_conv2d_2_linear));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, backward */
	ASIDE_FORK();
	PRODUCT(convolution, 1, SAMPLES(D_conv2d_1), ONCE(P0_conv2d_2_linear), SAMPLES(D_conv2d_2_linear));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, backward */
	ASIDE_BEGIN();
	LAUNCH(convolution_cudnn_bias_sums_1, slots * RT_CUDA_PARTS * CHANNEL_GROUPS(64), SAMPLES(D_conv2d_2_linear),
			SUMS(K0_conv2d_2_linear));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, backward */
	LAUNCH(convolution_cudnn_bias_1, CHANNEL_GROUPS(64), SUMS(K0_conv2d_2_linear), GRADIENTS(W_conv2d_2_bias));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, backward */
	PRODUCT(convolution, 2, SAMPLES(Y_conv2d_1), ONCE(P1_conv2d_2_linear), SAMPLES(D_conv2d_2_linear));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, backward */
	LAUNCH(convolution_cudnn_unpack_1, ELEMENTS(3 * 3 * 32 * 64), ONCE(P1_conv2d_2_linear), GRADIENTS(W_conv2d_2_kernel));
	ASIDE_END();
	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, backward */
	LAUNCH(convolution_few_sums_1, slots * RT_CUDA_PARTS, SAMPLES(Y_input), SAMPLES(Y_conv2d_1),
			SAMPLES(D_conv2d_1), SUMS(K0_conv2d_1));
	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, backward */
	LAUNCH(convolution_few_gradients_1, CHANNEL_GROUPS((3 * 3 * 1 + 1) * 32), SUMS(K0_conv2d_1),
			GRADIENTS(W_conv2d_1_kernel), GRADIENTS(W_conv2d_1_bias));
	REDUCE(0, 18816);
	ASIDE_JOIN();
}

/* SGD */
static void update_weights(struct rt_cuda *cuda)
{
	LAUNCH(update, ELEMENTS(TRAINABLE), cuda->work.weights, cuda->work.gradients, cuda->work.states);
}

/* Folds what evaluation takes as constant. */
static void prepare(struct rt_cuda *cuda)
{
	(void)cuda;
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, pack */
	LAUNCH(convolution_cudnn_pack_1, ELEMENTS(3 * 3 * 32 * 64), WEIGHTS(W_conv2d_2_kernel), ONCE(P0_conv2d_2_linear));
}

/* Forward without dropout: losses, metrics and predictions. */
static void evaluate(struct rt_cuda *cuda)
{
	const long n = cuda->work.n;

	/* input (spec.yaml:25), forward */
	LAUNCH(input_forward_1, ELEMENTS(n * 784), SAMPLES(EY_input));
	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, forward */
	LAUNCH(convolution_few_forward_1, ELEMENTS(n * 26 * 26 * 32 / 4), SAMPLES(EY_input), WEIGHTS(W_conv2d_1_kernel),
			WEIGHTS(W_conv2d_1_bias), SAMPLES(EY_conv2d_1));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, forward */
	PRODUCT(convolution, 0, SAMPLES(EY_conv2d_1), ONCE(P0_conv2d_2_linear), SAMPLES(EY_conv2d_2_linear),
			WEIGHTS(W_conv2d_2_bias));
	/* conv2d_2 + max_pooling2d_1 + dropout_1 (spec.yaml:28-30)  24x24x64 -> 12x12x64, forward */
	LAUNCH(relu_pool_evaluate_1, ELEMENTS(n * 9216 / 4), SAMPLES(EY_conv2d_2_linear), SAMPLES(EY_dropout_1));
	/* dense_1 (spec.yaml:32)  9216 -> 128, forward */
	PRODUCT(dense, 0, SAMPLES(EY_dropout_1), WEIGHTS(W_dense_1_kernel), SAMPLES(EY_dense_1_linear),
			WEIGHTS(W_dense_1_bias));
	/* dense_1 + dropout_2 (spec.yaml:32-33)  128 -> 128, forward */
	LAUNCH(relu_mask_evaluate_1, ELEMENTS(n * 128), SAMPLES(EY_dense_1_linear), SAMPLES(EY_dropout_2));
	/* dense_2 (spec.yaml:34)  128 -> 10, forward */
	PRODUCT(dense, 1, SAMPLES(EY_dropout_2), WEIGHTS(W_dense_2_kernel), SAMPLES(EY_dense_2_linear),
			WEIGHTS(W_dense_2_bias));
	/* dense_2's softmax and categorical_crossentropy, forward */
	LAUNCH(softmax_crossentropy_evaluate_1, ((n) * 32 + RT_CUDA_THREADS - 1) / RT_CUDA_THREADS, SAMPLES(EY_dense_2_linear),
			SAMPLES(EY_dense_2));
	/* accuracy */
	LAUNCH(metric_categorical_accuracy_1, ELEMENTS(n), SAMPLES(EY_dense_2), METRIC(0));
	SUM_LOSSES();
	/* dense_2's softmax and categorical_crossentropy, predict */
	LAUNCH(predict_copy_1, ELEMENTS(n), SAMPLES(EY_dense_2));
}

static const struct rt_cuda_code code = {
	.gradients = gradients, .update = update_weights, .prepare = prepare, .evaluate = evaluate,
	.sample = SAMPLE, .slot = SLOT, .fixed = FIXED, .largest = 36864,
	.libraries = &rt_cuda_libraries,
};

const struct rt_code rt_code_cuda = RT_CUDA_CODE(&code);
