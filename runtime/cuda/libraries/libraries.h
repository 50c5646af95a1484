/* Products that NVIDIA's libraries compute, as a generated step.c calls them. */
#ifndef TRAINC_CUDA_LIBRARIES_H
#define TRAINC_CUDA_LIBRARIES_H
#include <trainc/cuda/cuda.h>
#include "convolution.h"
#include "dense.h"

extern const struct rt_cuda_libraries rt_cuda_libraries;

/* For the batch in c->work, on c->stream; shape's batch is not looked at, and its address stands for the product. pointers are
 * x, w, y and, where there is one, bias: n of them. The first call for a batch size makes the plan. Without samples, gradients
 * of weights become zeros. */
void rt_cuda_convolution(struct rt_cuda *c, const struct rt_convolution *shape, const real *const *pointers, int n);
void rt_cuda_dense(struct rt_cuda *c, const struct rt_dense *shape, const real *const *pointers, int n);

/* list is convolution or dense, number the place in it. */
#define PRODUCT(list, number, ...) \
	rt_cuda_##list(cuda, &list[number], RT_CUDA_POINTERS(__VA_ARGS__), (int)(sizeof(RT_CUDA_POINTERS(__VA_ARGS__)) / sizeof(real *)))

#endif
