/* {{name}}: one training step, and evaluation. Written by trainc {{compiler}} from {{file_comment}}.
 *
 * A step is a row of launches of the kernels in kernels.cu, in order on one stream, but that gradients of weights go aside, where
 * they run beside what follows. The runtime records it once as a graph and replays that. Each sum over the batch has one order,
 * so the same GPU gives the same bits every time.
 */
#include <trainc/cuda/cuda.h>
{{#libraries}}
#include <trainc/cuda/libraries.h>
{{/libraries}}
#include "memory.h"

/* The kernels: these are handles to launch them by, not functions to call. */
{{#functions}}
void {{name}}(void);
{{/functions}}
void update(void);

/* Where things lie in the GPU's memory. */
#define SAMPLES(place) (cuda->work.samples + (size_t)(place) * (size_t)cuda->work.capacity)
#define SUMS(place) (cuda->work.sums + (place))
#define ONCE(place) (cuda->work.fixed + (place))
#define WEIGHTS(place) (cuda->work.weights + (place))
#define GRADIENTS(place) (cuda->work.gradients + (place))
#define METRIC(number) (cuda->work.metrics + (size_t)(number) * (size_t)cuda->work.capacity)

{{#libraries}}
/* What NVIDIA's libraries compute; the runtime fills in the batch. */
static const struct rt_convolution convolution[] = {
	{{#convolution}}
	{
{{text}}	},
	{{/convolution}}
	{0},
};
static const struct rt_dense dense[] = {
	{{#dense}}
	{
{{text}}	},
	{{/dense}}
	{0},
};

{{/libraries}}
{{#train}}
/* Forward, loss and backward: the batch's mean gradient in work.gradients. */
static void gradients(struct rt_cuda *cuda)
{
	const long n = cuda->work.n, slots = cuda->work.slots;

	(void)slots;
	{{#steps}}
	/* {{provenance}} */
	{{#shared}}
	SHARE_BEGIN({{shared_place}}, {{shared_count}});
	{{/shared}}
	{{#forks}}
	ASIDE_FORK();
	{{/forks}}
	{{#begins_aside}}
	ASIDE_BEGIN();
	{{/begins_aside}}
	{{call}};
	{{#sums}}
	SUM_LOSSES();
	{{/sums}}
	{{#ends_aside}}
	ASIDE_END();
	{{/ends_aside}}
	{{#shared}}
	SHARE_END({{shared_place}}, {{shared_count}});
	{{/shared}}
	{{#reduced}}
	REDUCE({{reduce_from}}, {{reduce_count}});
	{{/reduced}}
	{{#traces}}
	TRACE({{layer}}, {{place}}, {{count}});
	{{/traces}}
	{{/steps}}
	{{#asides}}
	ASIDE_JOIN();
	{{/asides}}
}
{{/train}}

/* {{optimizer}} */
static void update_weights(struct rt_cuda *cuda)
{
	LAUNCH(update, ELEMENTS(TRAINABLE), cuda->work.weights, cuda->work.gradients, cuda->work.states);
}

{{#prepare}}
/* Folds what evaluation takes as constant. */
static void prepare(struct rt_cuda *cuda)
{
	(void)cuda;
	{{#steps}}
	/* {{provenance}} */
	{{call}};
	{{/steps}}
}
{{/prepare}}

{{#evaluate}}
/* Forward without dropout: losses, metrics and predictions. */
static void evaluate(struct rt_cuda *cuda)
{
	const long n = cuda->work.n;

	{{#steps}}
	/* {{provenance}} */
	{{call}};
	{{#sums}}
	SUM_LOSSES();
	{{/sums}}
	{{/steps}}
}
{{/evaluate}}

static const struct rt_cuda_code code = {
	.gradients = gradients, .update = update_weights, .prepare = prepare, .evaluate = evaluate,
	.sample = SAMPLE, .slot = SLOT, .fixed = FIXED, .largest = {{largest}},
	{{#libraries}}
	.libraries = &rt_cuda_libraries,
	{{/libraries}}
};

const struct rt_code rt_code_cuda = RT_CUDA_CODE(&code);
