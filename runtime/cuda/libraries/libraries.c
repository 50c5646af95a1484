/* Plans of products, one for each place in a step and each batch size, made when first asked for. */
#include "libraries.h"
#include "internal.h"
#include <stdlib.h>
#include <string.h>

enum { WORKSPACE = 64 << 20 };          /* bytes a stream, on which products run one after another and share it */

struct plan {
	const void *shape;                  /* of the place */
	int batch;
	struct rt_convolution_plan *convolution;
	struct rt_dense_plan *dense;        /* one of the two */
	struct plan *next;
};

struct rt_products {
	struct rt_cudnn *cudnn;
	struct rt_cublas *cublas;
	void *workspace[2];                 /* of products on the stream, of those beside */
	struct plan *plans;
};

static void close_products(struct rt_cuda *c)
{
	struct rt_products *p = c->products;
	for (struct plan *plan = p->plans, *next; plan; plan = next) {
		next = plan->next;
		if (plan->convolution)
			rt_convolution_free(plan->convolution);
		if (plan->dense)
			rt_dense_free(plan->dense);
		free(plan);
	}
	if (p->cudnn)
		rt_cudnn_close(p->cudnn);
	if (p->cublas)
		rt_cublas_close(p->cublas);
	for (int i = 0; i < 2; i++)
		cudaFree(p->workspace[i]);
	free(p);
	c->products = NULL;
}

static int open_products(struct rt_cuda *c)
{
	struct rt_products *p = c->products = calloc(1, sizeof *p);
	if (!p)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory");
	for (int i = 0; i < 2; i++)
		if (cudaMalloc(&p->workspace[i], WORKSPACE))
			return rt_fail(RT_SYSTEM_ERROR, "the GPU's memory is full: no %d MB for cuDNN's and cublasLt's workspace",
				WORKSPACE >> 20);
	p->cudnn = rt_cudnn_open();
	p->cublas = p->cudnn ? rt_cublas_open() : NULL;
	return p->cublas ? 0 : -1;
}

const struct rt_cuda_libraries rt_cuda_libraries = {open_products, close_products};

/* ---- plans ---- */

static enum rt_math math_of(const struct rt_cuda *c, enum rt_math wanted)
{
	return wanted == RT_MATH_TF32 && c->work.strict ? RT_MATH_FP32 : wanted;
}

/* Remembers that the libraries have failed; rt_fail has the reason. */
static void fail(struct rt_cuda *c, const char *what)
{
	c->error = cudaErrorUnknown;
	c->failed = what;
}

/* The plan for this place and batch, a new one without either product when there is none yet; NULL when there is no memory. */
static struct plan *plan_of(struct rt_products *p, const void *shape, int batch)
{
	for (struct plan *plan = p->plans; plan; plan = plan->next)
		if (plan->shape == shape && plan->batch == batch)
			return plan;
	struct plan *plan = calloc(1, sizeof *plan);
	if (!plan)
		return NULL;
	*plan = (struct plan){.shape = shape, .batch = batch, .next = p->plans};
	p->plans = plan;
	return plan;
}

static struct rt_arrays arrays_of(const struct rt_cuda *c, const real *const *pointers, int n)
{
	return (struct rt_arrays){.x = (void *)pointers[0], .w = (void *)pointers[1], .y = (void *)pointers[2],
		.bias = n > 3 ? (void *)pointers[3] : NULL, .workspace = c->products->workspace[c->aside.on]};
}

/* Nothing to do for no samples, but gradients of so many bytes of weights, and of the biases, become zeros. */
static bool is_empty(struct rt_cuda *c, enum rt_product kind, const real *const *pointers, int n, size_t weights, size_t biases)
{
	if (c->work.n > 0)
		return false;
	if (kind == RT_PRODUCT_W && !c->planning) {
		c->error = cudaMemsetAsync((void *)pointers[1], 0, weights, c->stream);
		if (n > 3 && !c->error)
			c->error = cudaMemsetAsync((void *)pointers[3], 0, biases * sizeof(real), c->stream);
		c->failed = "gradients";
	}
	return true;
}

/* ---- products ---- */

void rt_cuda_convolution(struct rt_cuda *c, const struct rt_convolution *shape, const real *const *pointers, int n)
{
	struct rt_convolution s = *shape;
	s.batch = c->work.n;
	s.math = math_of(c, s.math);
	if (c->error || is_empty(c, s.kind, pointers, n, (s.math == RT_MATH_BF16 ? sizeof(uint16_t) : sizeof(real)) *
		(size_t)s.kernel_height * (size_t)s.kernel_width * (size_t)s.in_channels * (size_t)s.out_channels, (size_t)s.out_channels))
		return;
	struct plan *plan = plan_of(c->products, shape, s.batch);
	if (plan && !plan->convolution && rt_convolution_plans(&plan->convolution, 1, c->products->cudnn, &s, WORKSPACE) < 1)
		plan = NULL;
	const struct rt_arrays arrays = arrays_of(c, pointers, n);
	if (!plan || (!c->planning && rt_convolution_run(plan->convolution, &arrays, c->stream)))
		fail(c, "a convolution by cuDNN");
}

void rt_cuda_dense(struct rt_cuda *c, const struct rt_dense *shape, const real *const *pointers, int n)
{
	struct rt_dense s = *shape;
	s.batch = c->work.n;
	s.math = math_of(c, s.math);
	if (c->error || is_empty(c, s.kind, pointers, n, sizeof(real) * (size_t)s.in * (size_t)s.out, (size_t)s.out))
		return;
	struct plan *plan = plan_of(c->products, shape, s.batch);
	if (plan && !plan->dense)
		plan->dense = rt_dense_plan(c->products->cublas, &s, WORKSPACE);
	const struct rt_arrays arrays = arrays_of(c, pointers, n);
	if (!plan || !plan->dense || (!c->planning && rt_dense_run(plan->dense, &arrays, c->stream)))
		fail(c, "a dense layer by cublasLt");
}
