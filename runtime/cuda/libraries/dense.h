/* Dense layers by cublasLt: a plan for a shape, made once, then run on a stream as often as wanted, in a captured graph
 * too. x is [batch][in], w [in][out] as in Keras, y [batch][out]. With RT_MATH_BF16 x, w and y are bfloat16 where they
 * are operands; results and bias are float always. */
#ifndef TRAINC_CUDA_DENSE_H
#define TRAINC_CUDA_DENSE_H
#include "product.h"

struct rt_dense {
	enum rt_product kind;
	enum rt_math math;
	int batch, in, out;
	enum rt_epilogue epilogue;              /* of RT_PRODUCT_Y; RT_PRODUCT_W with RT_BIAS gives bias its gradient */
	bool accumulate;                        /* of the gradients of x and w: += (bias's gradient is set all the same) */
};

struct rt_cublas;                               /* the library, for the current device */
struct rt_dense_plan;

/* NULL after rt_fail. */
struct rt_cublas *rt_cublas_open(void);
void rt_cublas_close(struct rt_cublas *cublas);

/* What cublasLt takes to be the fastest within the limit of workspace; NULL after rt_fail. */
struct rt_dense_plan *rt_dense_plan(struct rt_cublas *cublas, const struct rt_dense *shape, size_t workspace_limit);
void rt_dense_free(struct rt_dense_plan *plan);
size_t rt_dense_workspace(const struct rt_dense_plan *plan);
/* 0, or -1 after rt_fail. */
int rt_dense_run(struct rt_dense_plan *plan, const struct rt_arrays *arrays, cudaStream_t stream);

#endif
