/* What convolutions and dense layers share when NVIDIA's libraries compute them: y = x w + bias, and the gradients of x
 * and w. A gradient has the name and the shape of what it is the gradient of. */
#ifndef TRAINC_CUDA_PRODUCT_H
#define TRAINC_CUDA_PRODUCT_H
#include <cuda_runtime_api.h>
#include <stdbool.h>
#include <stddef.h>

/* Which of the three is computed, from the other two. */
enum rt_product { RT_PRODUCT_Y, RT_PRODUCT_X, RT_PRODUCT_W };

/* How operands are rounded; sums are float in all of them. RT_MATH_TF32 is float where the card has no TF32. */
enum rt_math { RT_MATH_FP32, RT_MATH_TF32, RT_MATH_BF16 };

/* What follows in the same kernel. There is no relu alone: cuDNN has no plan for it in float32; a bias of zeros does. */
enum rt_epilogue { RT_PLAIN, RT_BIAS, RT_BIAS_RELU };

/* Contiguous and 16-byte aligned, on the GPU. bias has one element a channel of y; workspace as many bytes as the plan
 * wants. */
struct rt_arrays { void *x, *w, *y, *bias, *workspace; };

#endif
