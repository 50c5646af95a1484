/* The functions of runtime/cuda/libraries/dense.h by plain loops. */
#include "product.h"
#include <stdlib.h>

struct rt_cublas { char none; };
struct rt_dense_plan { struct product product; };

struct rt_cublas *rt_cublas_open(void)
{
	return calloc(1, sizeof(struct rt_cublas));
}

void rt_cublas_close(struct rt_cublas *cublas)
{
	free(cublas);
}

static void sum(const struct product *p, double *const arrays[PRODUCT_ARRAYS])
{
	const size_t batch = (size_t)p->shape.dense.batch, in = (size_t)p->shape.dense.in, out = (size_t)p->shape.dense.out;
	for (size_t n = 0; n < batch; n++)
		for (size_t i = 0; i < in; i++)
			for (size_t o = 0; o < out; o++) {
				double *x = &arrays[PRODUCT_X][n * in + i], *w = &arrays[PRODUCT_W][i * out + o];
				double *y = &arrays[PRODUCT_Y][n * out + o];
				if (p->kind == RT_PRODUCT_Y)
					*y += *x * *w;
				else if (p->kind == RT_PRODUCT_X)
					*x += *y * *w;
				else
					*w += *x * *y;
			}
}

struct rt_dense_plan *rt_dense_plan(struct rt_cublas *cublas, const struct rt_dense *d, size_t workspace_limit)
{
	struct rt_dense_plan *plan = calloc(1, sizeof *plan);
	const size_t batch = (size_t)d->batch, in = (size_t)d->in, out = (size_t)d->out;
	(void)cublas;
	plan->product = (struct product){
		.name = "rt_dense_run", .kind = d->kind, .math = d->math, .epilogue = d->epilogue, .accumulate = d->accumulate,
		.channels = out, .workspace = product_workspace(workspace_limit), .sum = sum, .shape.dense = *d,
		.elements = {[PRODUCT_X] = batch * in, [PRODUCT_W] = in * out, [PRODUCT_Y] = batch * out}};
	return plan;
}

void rt_dense_free(struct rt_dense_plan *plan)
{
	free(plan);
}

size_t rt_dense_workspace(const struct rt_dense_plan *plan)
{
	return plan->product.workspace;
}

int rt_dense_run(struct rt_dense_plan *plan, const struct rt_arrays *arrays, cudaStream_t stream)
{
	return product_run(&plan->product, arrays, stream);
}
