/* residual: one training step, and evaluation. Written by trainc 0.1.0 from spec.yaml.
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
void convolution_cudnn_pack_2(void);
void input_forward_1(void);
void normalise_statistics_1(void);
void normalise_finish_1(void);
void normalise_forward_1(void);
void map_forward_1(void);
void add_forward_1(void);
void average_pool_forward_1(void);
void softmax_crossentropy_forward_1(void);
void metric_categorical_accuracy_1(void);
void average_pool_backward_1(void);
void map_backward_1(void);
void add_backward_1(void);
void normalise_sums_1(void);
void normalise_gradients_1(void);
void normalise_data_1(void);
void convolution_cudnn_unpack_1(void);
void convolution_cudnn_unpack_2(void);
void normalise_fold_1(void);
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
		.in_height = 8, .in_width = 8, .in_channels = 3,
		.out_height = 8, .out_width = 8, .out_channels = 8,
		.kernel_height = 3, .kernel_width = 3, .stride_height = 1, .stride_width = 1,
		.dilation_height = 1, .dilation_width = 1,
		.pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1,
	},
	{
		.kind = RT_PRODUCT_Y, .math = RT_MATH_TF32,
		.in_height = 8, .in_width = 8, .in_channels = 8,
		.out_height = 8, .out_width = 8, .out_channels = 8,
		.kernel_height = 3, .kernel_width = 3, .stride_height = 1, .stride_width = 1,
		.dilation_height = 1, .dilation_width = 1,
		.pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1,
	},
	{
		.kind = RT_PRODUCT_X, .math = RT_MATH_TF32,
		.accumulate = true,
		.in_height = 8, .in_width = 8, .in_channels = 8,
		.out_height = 8, .out_width = 8, .out_channels = 8,
		.kernel_height = 3, .kernel_width = 3, .stride_height = 1, .stride_width = 1,
		.dilation_height = 1, .dilation_width = 1,
		.pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1,
	},
	{
		.kind = RT_PRODUCT_W, .math = RT_MATH_TF32,
		.in_height = 8, .in_width = 8, .in_channels = 8,
		.out_height = 8, .out_width = 8, .out_channels = 8,
		.kernel_height = 3, .kernel_width = 3, .stride_height = 1, .stride_width = 1,
		.dilation_height = 1, .dilation_width = 1,
		.pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1,
	},
	{
		.kind = RT_PRODUCT_W, .math = RT_MATH_TF32,
		.in_height = 8, .in_width = 8, .in_channels = 3,
		.out_height = 8, .out_width = 8, .out_channels = 8,
		.kernel_height = 3, .kernel_width = 3, .stride_height = 1, .stride_width = 1,
		.dilation_height = 1, .dilation_width = 1,
		.pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1,
	},
	{0},
};
static const struct rt_dense dense[] = {
	{
		.kind = RT_PRODUCT_Y, .math = RT_MATH_TF32, .in = 8, .out = 4,
		.epilogue = RT_BIAS,
	},
	{
		.kind = RT_PRODUCT_X, .math = RT_MATH_TF32, .in = 8, .out = 4,
	},
	{
		.kind = RT_PRODUCT_W, .math = RT_MATH_TF32, .in = 8, .out = 4,
		.epilogue = RT_BIAS,
	},
	{0},
};

/* Forward, loss and backward: the batch's mean gradient in work.gradients. */
static void gradients(struct rt_cuda *cuda)
{
	const long n = cuda->work.n, slots = cuda->work.slots;

	(void)slots;
	/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, pack */
	LAUNCH(convolution_cudnn_pack_1, ELEMENTS(3 * 3 * 3 * 8), WEIGHTS(W_conv2d_1_kernel), ONCE(P0_conv2d_1));
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, pack */
	LAUNCH(convolution_cudnn_pack_2, ELEMENTS(3 * 3 * 8 * 8), WEIGHTS(W_conv2d_2_kernel), ONCE(P0_conv2d_2));
	/* input (spec.yaml:12), forward */
	LAUNCH(input_forward_1, ELEMENTS(n * 192), SAMPLES(Y_input));
	TRACE(0, SAMPLES(Y_input), 192);
	/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, forward */
	PRODUCT(convolution, 0, SAMPLES(Y_input), ONCE(P0_conv2d_1), SAMPLES(Y_conv2d_1));
	TRACE(1, SAMPLES(Y_conv2d_1), 512);
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, forward */
	SHARE_BEGIN(ONCE(P2_batch_normalization_1), 1024);
	LAUNCH(normalise_statistics_1, slots * CHANNEL_GROUPS(8), SAMPLES(Y_conv2d_1), ONCE(P2_batch_normalization_1));
	SHARE_END(ONCE(P2_batch_normalization_1), 1024);
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, forward */
	LAUNCH(normalise_finish_1, ELEMENTS(8), ONCE(P2_batch_normalization_1), WEIGHTS(W_batch_normalization_1_moving_mean),
			WEIGHTS(W_batch_normalization_1_moving_variance), ONCE(P0_batch_normalization_1));
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, forward */
	LAUNCH(normalise_forward_1, ELEMENTS(n * 512), SAMPLES(Y_conv2d_1), ONCE(P0_batch_normalization_1),
			WEIGHTS(W_batch_normalization_1_gamma), WEIGHTS(W_batch_normalization_1_beta), SAMPLES(Y_batch_normalization_1));
	TRACE(2, SAMPLES(Y_batch_normalization_1), 512);
	/* trunk (spec.yaml:16)  8x8x8 -> 8x8x8, forward */
	LAUNCH(map_forward_1, ELEMENTS(n * 512), SAMPLES(Y_batch_normalization_1), SAMPLES(Y_trunk));
	TRACE(3, SAMPLES(Y_trunk), 512);
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, forward */
	PRODUCT(convolution, 1, SAMPLES(Y_trunk), ONCE(P0_conv2d_2), SAMPLES(Y_conv2d_2));
	TRACE(4, SAMPLES(Y_conv2d_2), 512);
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, forward */
	SHARE_BEGIN(ONCE(P2_branch), 1024);
	LAUNCH(normalise_statistics_1, slots * CHANNEL_GROUPS(8), SAMPLES(Y_conv2d_2), ONCE(P2_branch));
	SHARE_END(ONCE(P2_branch), 1024);
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, forward */
	LAUNCH(normalise_finish_1, ELEMENTS(8), ONCE(P2_branch), WEIGHTS(W_branch_moving_mean), WEIGHTS(W_branch_moving_variance),
			ONCE(P0_branch));
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, forward */
	LAUNCH(normalise_forward_1, ELEMENTS(n * 512), SAMPLES(Y_conv2d_2), ONCE(P0_branch), WEIGHTS(W_branch_gamma),
			WEIGHTS(W_branch_beta), SAMPLES(Y_branch));
	TRACE(5, SAMPLES(Y_branch), 512);
	/* sum (spec.yaml:19)  8x8x8 -> 8x8x8, forward */
	LAUNCH(add_forward_1, ELEMENTS(n * 512), SAMPLES(Y_sum), SAMPLES(Y_branch), SAMPLES(Y_trunk));
	TRACE(6, SAMPLES(Y_sum), 512);
	/* activation_1 (spec.yaml:20)  8x8x8 -> 8x8x8, forward */
	LAUNCH(map_forward_1, ELEMENTS(n * 512), SAMPLES(Y_sum), SAMPLES(Y_activation_1));
	TRACE(7, SAMPLES(Y_activation_1), 512);
	/* global_average_pooling2d_1 (spec.yaml:21)  8x8x8 -> 1x1x8, forward */
	LAUNCH(average_pool_forward_1, ELEMENTS(n * 8), SAMPLES(Y_activation_1), SAMPLES(Y_global_average_pooling2d_1_mean));
	TRACE(8, SAMPLES(Y_global_average_pooling2d_1_mean), 8);
	/* dense_1 (spec.yaml:22)  8 -> 4, forward */
	PRODUCT(dense, 0, SAMPLES(Y_global_average_pooling2d_1_mean), WEIGHTS(W_dense_1_kernel), SAMPLES(Y_dense_1_linear),
			WEIGHTS(W_dense_1_bias));
	TRACE(9, SAMPLES(Y_dense_1_linear), 4);
	/* dense_1's softmax and categorical_crossentropy, forward */
	LAUNCH(softmax_crossentropy_forward_1, ((n) * 32 + RT_CUDA_THREADS - 1) / RT_CUDA_THREADS, SAMPLES(Y_dense_1_linear),
			SAMPLES(Y_dense_1), SAMPLES(D_dense_1_linear));
	/* accuracy */
	ASIDE_FORK();
	ASIDE_BEGIN();
	LAUNCH(metric_categorical_accuracy_1, ELEMENTS(n), SAMPLES(Y_dense_1), METRIC(0));
	SUM_LOSSES();
	ASIDE_END();
	/* dense_1 (spec.yaml:22)  8 -> 4, backward */
	ASIDE_FORK();
	PRODUCT(dense, 1, SAMPLES(D_global_average_pooling2d_1_mean), WEIGHTS(W_dense_1_kernel), SAMPLES(D_dense_1_linear));
	/* dense_1 (spec.yaml:22)  8 -> 4, backward */
	ASIDE_BEGIN();
	PRODUCT(dense, 2, SAMPLES(Y_global_average_pooling2d_1_mean), GRADIENTS(W_dense_1_kernel), SAMPLES(D_dense_1_linear),
			GRADIENTS(W_dense_1_bias));
	ASIDE_END();
	/* global_average_pooling2d_1 (spec.yaml:21)  8x8x8 -> 1x1x8, backward */
	LAUNCH(average_pool_backward_1, ELEMENTS(n * 512), SAMPLES(D_global_average_pooling2d_1_mean),
			SAMPLES(D_activation_1));
	/* activation_1 (spec.yaml:20)  8x8x8 -> 8x8x8, backward */
	LAUNCH(map_backward_1, ELEMENTS(n * 512), SAMPLES(Y_activation_1), SAMPLES(D_activation_1), SAMPLES(D_sum));
	/* sum (spec.yaml:19)  8x8x8 -> 8x8x8, backward */
	LAUNCH(add_backward_1, ELEMENTS(n * 512), SAMPLES(D_sum), SAMPLES(D_branch), SAMPLES(D_trunk));
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, backward */
	SHARE_BEGIN(ONCE(P3_branch), 1024);
	LAUNCH(normalise_sums_1, slots * CHANNEL_GROUPS(8), SAMPLES(Y_conv2d_2), SAMPLES(D_branch), ONCE(P0_branch),
			ONCE(P3_branch));
	SHARE_END(ONCE(P3_branch), 1024);
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, backward */
	LAUNCH(normalise_gradients_1, ELEMENTS(8), ONCE(P3_branch), ONCE(P1_branch), GRADIENTS(W_branch_gamma),
			GRADIENTS(W_branch_beta));
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, backward */
	LAUNCH(normalise_data_1, ELEMENTS(n * 512), SAMPLES(Y_conv2d_2), SAMPLES(D_branch), ONCE(P0_branch),
			ONCE(P1_branch), WEIGHTS(W_branch_gamma), SAMPLES(D_conv2d_2));
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, backward */
	ASIDE_FORK();
	PRODUCT(convolution, 2, SAMPLES(D_trunk), ONCE(P0_conv2d_2), SAMPLES(D_conv2d_2));
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, backward */
	ASIDE_BEGIN();
	PRODUCT(convolution, 3, SAMPLES(Y_trunk), ONCE(P1_conv2d_2), SAMPLES(D_conv2d_2));
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, backward */
	LAUNCH(convolution_cudnn_unpack_1, ELEMENTS(3 * 3 * 8 * 8), ONCE(P1_conv2d_2), GRADIENTS(W_conv2d_2_kernel));
	ASIDE_END();
	/* trunk (spec.yaml:16)  8x8x8 -> 8x8x8, backward */
	LAUNCH(map_backward_1, ELEMENTS(n * 512), SAMPLES(Y_trunk), SAMPLES(D_trunk), SAMPLES(D_batch_normalization_1));
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, backward */
	SHARE_BEGIN(ONCE(P3_batch_normalization_1), 1024);
	LAUNCH(normalise_sums_1, slots * CHANNEL_GROUPS(8), SAMPLES(Y_conv2d_1), SAMPLES(D_batch_normalization_1),
			ONCE(P0_batch_normalization_1), ONCE(P3_batch_normalization_1));
	SHARE_END(ONCE(P3_batch_normalization_1), 1024);
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, backward */
	LAUNCH(normalise_gradients_1, ELEMENTS(8), ONCE(P3_batch_normalization_1), ONCE(P1_batch_normalization_1),
			GRADIENTS(W_batch_normalization_1_gamma), GRADIENTS(W_batch_normalization_1_beta));
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, backward */
	LAUNCH(normalise_data_1, ELEMENTS(n * 512), SAMPLES(Y_conv2d_1), SAMPLES(D_batch_normalization_1),
			ONCE(P0_batch_normalization_1), ONCE(P1_batch_normalization_1), WEIGHTS(W_batch_normalization_1_gamma),
			SAMPLES(D_conv2d_1));
	/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, backward */
	PRODUCT(convolution, 4, SAMPLES(Y_input), ONCE(P1_conv2d_1), SAMPLES(D_conv2d_1));
	/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, backward */
	LAUNCH(convolution_cudnn_unpack_2, ELEMENTS(3 * 3 * 3 * 8), ONCE(P1_conv2d_1), GRADIENTS(W_conv2d_1_kernel));
	REDUCE(0, 912);
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
	/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, pack */
	LAUNCH(convolution_cudnn_pack_1, ELEMENTS(3 * 3 * 3 * 8), WEIGHTS(W_conv2d_1_kernel), ONCE(P0_conv2d_1));
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, prepare */
	LAUNCH(normalise_fold_1, ELEMENTS(8), WEIGHTS(W_batch_normalization_1_moving_mean), WEIGHTS(W_batch_normalization_1_moving_variance),
			ONCE(P0_batch_normalization_1));
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, pack */
	LAUNCH(convolution_cudnn_pack_2, ELEMENTS(3 * 3 * 8 * 8), WEIGHTS(W_conv2d_2_kernel), ONCE(P0_conv2d_2));
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, prepare */
	LAUNCH(normalise_fold_1, ELEMENTS(8), WEIGHTS(W_branch_moving_mean), WEIGHTS(W_branch_moving_variance),
			ONCE(P0_branch));
}

/* Forward without dropout: losses, metrics and predictions. */
static void evaluate(struct rt_cuda *cuda)
{
	const long n = cuda->work.n;

	/* input (spec.yaml:12), forward */
	LAUNCH(input_forward_1, ELEMENTS(n * 192), SAMPLES(EY_input));
	/* conv2d_1 (spec.yaml:14)  8x8x3 -> 8x8x8, forward */
	PRODUCT(convolution, 0, SAMPLES(EY_input), ONCE(P0_conv2d_1), SAMPLES(EY_conv2d_1));
	/* batch_normalization_1 (spec.yaml:15)  8x8x8 -> 8x8x8, forward */
	LAUNCH(normalise_forward_1, ELEMENTS(n * 512), SAMPLES(EY_conv2d_1), ONCE(P0_batch_normalization_1),
			WEIGHTS(W_batch_normalization_1_gamma), WEIGHTS(W_batch_normalization_1_beta), SAMPLES(EY_batch_normalization_1));
	/* trunk (spec.yaml:16)  8x8x8 -> 8x8x8, forward */
	LAUNCH(map_forward_1, ELEMENTS(n * 512), SAMPLES(EY_batch_normalization_1), SAMPLES(EY_trunk));
	/* conv2d_2 (spec.yaml:17)  8x8x8 -> 8x8x8, forward */
	PRODUCT(convolution, 1, SAMPLES(EY_trunk), ONCE(P0_conv2d_2), SAMPLES(EY_conv2d_2));
	/* branch (spec.yaml:18)  8x8x8 -> 8x8x8, forward */
	LAUNCH(normalise_forward_1, ELEMENTS(n * 512), SAMPLES(EY_conv2d_2), ONCE(P0_branch), WEIGHTS(W_branch_gamma),
			WEIGHTS(W_branch_beta), SAMPLES(EY_branch));
	/* sum (spec.yaml:19)  8x8x8 -> 8x8x8, forward */
	LAUNCH(add_forward_1, ELEMENTS(n * 512), SAMPLES(EY_sum), SAMPLES(EY_branch), SAMPLES(EY_trunk));
	/* activation_1 (spec.yaml:20)  8x8x8 -> 8x8x8, forward */
	LAUNCH(map_forward_1, ELEMENTS(n * 512), SAMPLES(EY_sum), SAMPLES(EY_activation_1));
	/* global_average_pooling2d_1 (spec.yaml:21)  8x8x8 -> 1x1x8, forward */
	LAUNCH(average_pool_forward_1, ELEMENTS(n * 8), SAMPLES(EY_activation_1), SAMPLES(EY_global_average_pooling2d_1_mean));
	/* dense_1 (spec.yaml:22)  8 -> 4, forward */
	PRODUCT(dense, 0, SAMPLES(EY_global_average_pooling2d_1_mean), WEIGHTS(W_dense_1_kernel), SAMPLES(EY_dense_1_linear),
			WEIGHTS(W_dense_1_bias));
	/* dense_1's softmax and categorical_crossentropy, forward */
	LAUNCH(softmax_crossentropy_evaluate_1, ((n) * 32 + RT_CUDA_THREADS - 1) / RT_CUDA_THREADS, SAMPLES(EY_dense_1_linear),
			SAMPLES(EY_dense_1));
	/* accuracy */
	LAUNCH(metric_categorical_accuracy_1, ELEMENTS(n), SAMPLES(EY_dense_1), METRIC(0));
	SUM_LOSSES();
	/* dense_1's softmax and categorical_crossentropy, predict */
	LAUNCH(predict_copy_1, ELEMENTS(n), SAMPLES(EY_dense_1));
}

static const struct rt_cuda_code code = {
	.gradients = gradients, .update = update_weights, .prepare = prepare, .evaluate = evaluate,
	.sample = SAMPLE, .slot = SLOT, .fixed = FIXED, .largest = 512,
	.libraries = &rt_cuda_libraries,
};

const struct rt_code rt_code_cuda = RT_CUDA_CODE(&code);
