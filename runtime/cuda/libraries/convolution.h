/* Convolutions by cuDNN's graph API: a plan for a shape, made once, then run on a stream as often as wanted, in a
 * captured graph too. x is [batch][height][width][channels] (NHWC), y the same, and w [out][kernel height][kernel
 * width][in] (OHWI). Keras's weights are HWIO: cuDNN does not refuse strides that say so, but documents no engine that
 * reads them, so the caller transposes. With RT_MATH_BF16 all arrays are bfloat16, bias and results too, for no engine
 * takes bfloat16 and gives float; else all are float. Padding may differ between sides, as Keras's "same" does. */
#ifndef TRAINC_CUDA_CONVOLUTION_H
#define TRAINC_CUDA_CONVOLUTION_H
#include "product.h"

struct rt_convolution {
	enum rt_product kind;
	enum rt_math math;
	int batch;
	int in_height, in_width, in_channels;
	int out_height, out_width, out_channels;
	int kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
	int pad_top, pad_left, pad_bottom, pad_right;
	enum rt_epilogue epilogue;              /* of RT_PRODUCT_Y */
	bool accumulate;                        /* of the others: += */
};

struct rt_cudnn;                                /* the library, for the current device */
struct rt_convolution_plan;

/* NULL after rt_fail. */
struct rt_cudnn *rt_cudnn_open(void);
/* For a device that need not be here, by cuDNN's JSON of its properties: its plans can be made and not run. */
struct rt_cudnn *rt_cudnn_open_absent(const char *json);
void rt_cudnn_close(struct rt_cudnn *cudnn);

/* Up to most plans, the one that cuDNN takes to be the fastest first; none is nondeterministic or wants more workspace
 * than the limit. How many there are, or -1 after rt_fail when there is none. */
int rt_convolution_plans(struct rt_convolution_plan **plans, int most, struct rt_cudnn *cudnn,
                         const struct rt_convolution *shape, size_t workspace_limit);
void rt_convolution_free(struct rt_convolution_plan *plan);
size_t rt_convolution_workspace(const struct rt_convolution_plan *plan);
/* cuDNN's number of the engine and what it says of its numbers, for reports: 67+tensor_core. */
const char *rt_convolution_engine(const struct rt_convolution_plan *plan);
/* 0, or -1 after rt_fail. */
int rt_convolution_run(const struct rt_convolution_plan *plan, const struct rt_arrays *arrays, cudaStream_t stream);

#endif
