/* mnist-cnn: one training step, and evaluation. Written by trainc 0.1.0 from spec.yaml.
 *
 * A step is a row of launches of the kernels in kernels.cu, in order on one stream; the runtime records it once as a graph
 * and replays that. Each sum over the batch has one order, so the same GPU gives the same bits every time.
 */
#include <trainc/cuda.h>
#include "model.h"

/* The kernels: these are handles to launch them by, not functions to call. */
void input_forward_1(void);
void convolution_forward_1(void);
void convolution_forward_2(void);
void max_pool_forward_1(void);
void mask_forward_1(void);
void dense_parts_1(void);
void dense_forward_1(void);
void mask_forward_2(void);
void dense_parts_2(void);
void dense_forward_2(void);
void softmax_forward_1(void);
void loss_categorical_crossentropy_forward_1(void);
void metric_categorical_accuracy_1(void);
void loss_categorical_crossentropy_backward_1(void);
void softmax_backward_1(void);
void dense_weights_1(void);
void dense_data_1(void);
void mask_backward_1(void);
void dense_weights_2(void);
void dense_data_2(void);
void mask_backward_2(void);
void max_pool_backward_1(void);
void convolution_weights_1(void);
void convolution_data_1(void);
void merge_merge_1(void);
void merge_merge_2(void);
void convolution_weights_2(void);
void merge_merge_3(void);
void merge_merge_4(void);
void mask_evaluate_1(void);
void mask_evaluate_2(void);
void predict_copy_1(void);
void update(void);

/* Where things lie in the GPU's memory. */
#define SAMPLES(place) (cuda->work.samples + (size_t)(place) * (size_t)cuda->work.capacity)
#define SUMS(place) (cuda->work.sums + (place))
#define ONCE(place) (cuda->work.fixed + (place))
#define WEIGHTS(place) (cuda->work.weights + (place))
#define GRADIENTS(place) (cuda->work.gradients + (place))
#define METRIC(number) (cuda->work.metrics + (size_t)(number) * (size_t)cuda->work.capacity)

/* Forward, loss and backward: the batch's mean gradient in work.gradients. */
static void gradients(struct rt_cuda *cuda)
{
	const long n = cuda->work.n, slots = cuda->work.slots;

	(void)slots;
	/* input (spec.yaml:25), forward */
	LAUNCH(input_forward_1, ELEMENTS(n * 784), SAMPLES(Y_input));
	TRACE(0, SAMPLES(Y_input), 784);
	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, forward */
	LAUNCH(convolution_forward_1, TILES(n * 26 * 26, 32), SAMPLES(Y_input), WEIGHTS(W_conv2d_1_kernel),
			WEIGHTS(W_conv2d_1_bias), SAMPLES(Y_conv2d_1));
	TRACE(1, SAMPLES(Y_conv2d_1), 21632);
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, forward */
	LAUNCH(convolution_forward_2, TILES(n * 24 * 24, 64), SAMPLES(Y_conv2d_1), WEIGHTS(W_conv2d_2_kernel),
			WEIGHTS(W_conv2d_2_bias), SAMPLES(Y_conv2d_2));
	TRACE(2, SAMPLES(Y_conv2d_2), 36864);
	/* max_pooling2d_1 (spec.yaml:29)  24x24x64 -> 12x12x64, forward */
	LAUNCH(max_pool_forward_1, ELEMENTS(n * 9216), SAMPLES(Y_conv2d_2), SAMPLES(Y_max_pooling2d_1));
	TRACE(3, SAMPLES(Y_max_pooling2d_1), 9216);
	/* dropout_1 (spec.yaml:30)  12x12x64 -> 12x12x64, forward */
	LAUNCH(mask_forward_1, ELEMENTS(n * ((9216 + 3) / 4)), SAMPLES(Y_max_pooling2d_1), SAMPLES(Y_dropout_1));
	TRACE(4, SAMPLES(Y_dropout_1), 9216);
	/* dense_1 (spec.yaml:32)  9216 -> 128, forward */
	LAUNCH(dense_parts_1, 2048 / 128 * TILES(n, 128), SAMPLES(Y_dropout_1), WEIGHTS(W_dense_1_kernel),
			SAMPLES(S0_dense_1));
	/* dense_1 (spec.yaml:32)  9216 -> 128, forward */
	LAUNCH(dense_forward_1, ELEMENTS(n * 128), SAMPLES(S0_dense_1), WEIGHTS(W_dense_1_bias), SAMPLES(Y_dense_1));
	TRACE(6, SAMPLES(Y_dense_1), 128);
	/* dropout_2 (spec.yaml:33)  128 -> 128, forward */
	LAUNCH(mask_forward_2, ELEMENTS(n * ((128 + 3) / 4)), SAMPLES(Y_dense_1), SAMPLES(Y_dropout_2));
	TRACE(7, SAMPLES(Y_dropout_2), 128);
	/* dense_2 (spec.yaml:34)  128 -> 10, forward */
	LAUNCH(dense_parts_2, 10 / 10 * TILES(n, 10), SAMPLES(Y_dropout_2), WEIGHTS(W_dense_2_kernel),
			SAMPLES(S0_dense_2_linear));
	/* dense_2 (spec.yaml:34)  128 -> 10, forward */
	LAUNCH(dense_forward_2, ELEMENTS(n * 10), SAMPLES(S0_dense_2_linear), WEIGHTS(W_dense_2_bias),
			SAMPLES(Y_dense_2_linear));
	TRACE(8, SAMPLES(Y_dense_2_linear), 10);
	/* dense_2 (spec.yaml:34)  10 -> 10, forward */
	LAUNCH(softmax_forward_1, ELEMENTS(n * 1 * 1), SAMPLES(Y_dense_2_linear), SAMPLES(Y_dense_2));
	TRACE(8, SAMPLES(Y_dense_2), 10);
	/* categorical_crossentropy, forward */
	LAUNCH(loss_categorical_crossentropy_forward_1, ELEMENTS(n), SAMPLES(Y_dense_2));
	/* accuracy */
	LAUNCH(metric_categorical_accuracy_1, ELEMENTS(n), SAMPLES(Y_dense_2), METRIC(0));
	/* categorical_crossentropy, backward */
	LAUNCH(loss_categorical_crossentropy_backward_1, ELEMENTS(n), SAMPLES(Y_dense_2), SAMPLES(D_dense_2));
	/* dense_2 (spec.yaml:34)  10 -> 10, backward */
	LAUNCH(softmax_backward_1, ELEMENTS(n * 1 * 1), SAMPLES(Y_dense_2), SAMPLES(D_dense_2), SAMPLES(D_dense_2_linear));
	/* dense_2 (spec.yaml:34)  128 -> 10, backward */
	LAUNCH(dense_weights_1, TILES(128 + 1, 10), SAMPLES(Y_dropout_2), SAMPLES(Y_dense_2_linear),
			SAMPLES(D_dense_2_linear), GRADIENTS(W_dense_2_kernel), GRADIENTS(W_dense_2_bias));
	/* dense_2 (spec.yaml:34)  128 -> 10, backward */
	LAUNCH(dense_data_1, TILES(n, 128), SAMPLES(Y_dense_2_linear), SAMPLES(D_dense_2_linear), WEIGHTS(W_dense_2_kernel),
			SAMPLES(D_dropout_2));
	/* dropout_2 (spec.yaml:33)  128 -> 128, backward */
	LAUNCH(mask_backward_1, ELEMENTS(n * ((128 + 3) / 4)), SAMPLES(D_dropout_2), SAMPLES(D_dense_1));
	/* dense_1 (spec.yaml:32)  9216 -> 128, backward */
	LAUNCH(dense_weights_2, TILES(9216 + 1, 128), SAMPLES(Y_dropout_1), SAMPLES(Y_dense_1), SAMPLES(D_dense_1),
			GRADIENTS(W_dense_1_kernel), GRADIENTS(W_dense_1_bias));
	/* dense_1 (spec.yaml:32)  9216 -> 128, backward */
	LAUNCH(dense_data_2, TILES(n, 9216), SAMPLES(Y_dense_1), SAMPLES(D_dense_1), WEIGHTS(W_dense_1_kernel),
			SAMPLES(D_dropout_1));
	REDUCE(18816, 1181072);
	/* dropout_1 (spec.yaml:30)  12x12x64 -> 12x12x64, backward */
	LAUNCH(mask_backward_2, ELEMENTS(n * ((9216 + 3) / 4)), SAMPLES(D_dropout_1), SAMPLES(D_max_pooling2d_1));
	/* max_pooling2d_1 (spec.yaml:29)  24x24x64 -> 12x12x64, backward */
	LAUNCH(max_pool_backward_1, ELEMENTS(n * 36864), SAMPLES(Y_conv2d_2), SAMPLES(D_max_pooling2d_1),
			SAMPLES(D_conv2d_2));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, backward */
	LAUNCH(convolution_weights_1, slots * TILES(3 * 3 * 32 + 1, 64), SAMPLES(Y_conv2d_1), SAMPLES(Y_conv2d_2),
			SAMPLES(D_conv2d_2), SUMS(K_conv2d_2_kernel), SUMS(K_conv2d_2_bias));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, backward */
	LAUNCH(convolution_data_1, TILES(n * 26 * 26, 32), SAMPLES(Y_conv2d_2), SAMPLES(D_conv2d_2),
			WEIGHTS(W_conv2d_2_kernel), SAMPLES(D_conv2d_1));
	/* conv2d_2's kernel: the gradient's sums, merged in order */
	LAUNCH(merge_merge_1, ELEMENTS(18432), SUMS(K_conv2d_2_kernel), GRADIENTS(W_conv2d_2_kernel));
	/* conv2d_2's bias: the gradient's sums, merged in order */
	LAUNCH(merge_merge_2, ELEMENTS(64), SUMS(K_conv2d_2_bias), GRADIENTS(W_conv2d_2_bias));
	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, backward */
	LAUNCH(convolution_weights_2, slots * TILES(3 * 3 * 1 + 1, 32), SAMPLES(Y_input), SAMPLES(Y_conv2d_1),
			SAMPLES(D_conv2d_1), SUMS(K_conv2d_1_kernel), SUMS(K_conv2d_1_bias));
	/* conv2d_1's kernel: the gradient's sums, merged in order */
	LAUNCH(merge_merge_3, ELEMENTS(288), SUMS(K_conv2d_1_kernel), GRADIENTS(W_conv2d_1_kernel));
	/* conv2d_1's bias: the gradient's sums, merged in order */
	LAUNCH(merge_merge_4, ELEMENTS(32), SUMS(K_conv2d_1_bias), GRADIENTS(W_conv2d_1_bias));
	REDUCE(0, 18816);
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
}

/* Forward without dropout: losses, metrics and predictions. */
static void evaluate(struct rt_cuda *cuda)
{
	const long n = cuda->work.n;

	/* input (spec.yaml:25), forward */
	LAUNCH(input_forward_1, ELEMENTS(n * 784), SAMPLES(EY_input));
	/* conv2d_1 (spec.yaml:27)  28x28x1 -> 26x26x32, forward */
	LAUNCH(convolution_forward_1, TILES(n * 26 * 26, 32), SAMPLES(EY_input), WEIGHTS(W_conv2d_1_kernel),
			WEIGHTS(W_conv2d_1_bias), SAMPLES(EY_conv2d_1));
	/* conv2d_2 (spec.yaml:28)  26x26x32 -> 24x24x64, forward */
	LAUNCH(convolution_forward_2, TILES(n * 24 * 24, 64), SAMPLES(EY_conv2d_1), WEIGHTS(W_conv2d_2_kernel),
			WEIGHTS(W_conv2d_2_bias), SAMPLES(EY_conv2d_2));
	/* max_pooling2d_1 (spec.yaml:29)  24x24x64 -> 12x12x64, forward */
	LAUNCH(max_pool_forward_1, ELEMENTS(n * 9216), SAMPLES(EY_conv2d_2), SAMPLES(EY_max_pooling2d_1));
	/* dropout_1 (spec.yaml:30)  12x12x64 -> 12x12x64, forward */
	LAUNCH(mask_evaluate_1, ELEMENTS(n * 9216), SAMPLES(EY_max_pooling2d_1), SAMPLES(EY_dropout_1));
	/* dense_1 (spec.yaml:32)  9216 -> 128, forward */
	LAUNCH(dense_parts_1, 2048 / 128 * TILES(n, 128), SAMPLES(EY_dropout_1), WEIGHTS(W_dense_1_kernel),
			SAMPLES(ES0_dense_1));
	/* dense_1 (spec.yaml:32)  9216 -> 128, forward */
	LAUNCH(dense_forward_1, ELEMENTS(n * 128), SAMPLES(ES0_dense_1), WEIGHTS(W_dense_1_bias), SAMPLES(EY_dense_1));
	/* dropout_2 (spec.yaml:33)  128 -> 128, forward */
	LAUNCH(mask_evaluate_2, ELEMENTS(n * 128), SAMPLES(EY_dense_1), SAMPLES(EY_dropout_2));
	/* dense_2 (spec.yaml:34)  128 -> 10, forward */
	LAUNCH(dense_parts_2, 10 / 10 * TILES(n, 10), SAMPLES(EY_dropout_2), WEIGHTS(W_dense_2_kernel),
			SAMPLES(ES0_dense_2_linear));
	/* dense_2 (spec.yaml:34)  128 -> 10, forward */
	LAUNCH(dense_forward_2, ELEMENTS(n * 10), SAMPLES(ES0_dense_2_linear), WEIGHTS(W_dense_2_bias),
			SAMPLES(EY_dense_2_linear));
	/* dense_2 (spec.yaml:34)  10 -> 10, forward */
	LAUNCH(softmax_forward_1, ELEMENTS(n * 1 * 1), SAMPLES(EY_dense_2_linear), SAMPLES(EY_dense_2));
	/* categorical_crossentropy, predict */
	LAUNCH(predict_copy_1, ELEMENTS(n), SAMPLES(EY_dense_2));
	/* categorical_crossentropy, forward */
	LAUNCH(loss_categorical_crossentropy_forward_1, ELEMENTS(n), SAMPLES(EY_dense_2));
	/* accuracy */
	LAUNCH(metric_categorical_accuracy_1, ELEMENTS(n), SAMPLES(EY_dense_2), METRIC(0));
}

static const struct rt_cuda_code code = {
	.gradients = gradients, .update = update_weights, .prepare = prepare, .evaluate = evaluate,
	.sample = SAMPLE, .slot = SLOT, .fixed = FIXED, .largest = 36864,
};

const struct rt_code rt_code_cuda = RT_CUDA_CODE(&code);
