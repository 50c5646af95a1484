/* What the doubles of convolution.h and dense.h share: plain loops over arrays of doubles, put into a stream. They stand in
 * for runtime/cuda/libraries, whose headers they have, and not for NVIDIA's libraries themselves. */
#pragma once
#include "convolution.h"
#include "dense.h"
#include <stdint.h>

enum { PRODUCT_X, PRODUCT_W, PRODUCT_Y, PRODUCT_ARRAYS };

struct product {
	const char *name;                               /* of the call, for messages */
	enum rt_product kind;
	enum rt_math math;
	enum rt_epilogue epilogue;
	bool accumulate;
	bool bf16_results;                              /* and bias, with RT_MATH_BF16 */
	size_t elements[PRODUCT_ARRAYS], channels;      /* channels: of y, which are innermost */
	size_t workspace;
	struct rt_arrays arrays;
	/* Adds to the one of arrays that is computed. */
	void (*sum)(const struct product *p, double *const arrays[PRODUCT_ARRAYS]);
	union { struct rt_convolution convolution; struct rt_dense dense; } shape;
};

/* As many as a real plan might want: something, within the limit. */
size_t product_workspace(size_t limit);
/* Checks the arrays and the workspace, now, and puts the product into the stream. 0, or -1 after rt_fail. */
int product_run(const struct product *p, const struct rt_arrays *arrays, cudaStream_t stream);
