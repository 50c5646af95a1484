/* bfloat16: the upper half of a float, rounded to nearest even as runtime/cpu/bf16.h does. Products of two are exact in a
 * float, and sums are floats. */
#ifndef TRAINC_CUDA_BF16_CUH
#define TRAINC_CUDA_BF16_CUH
#include "work.h"

typedef uint16_t bf16;

/* What is beyond the largest becomes infinite, NaN stays NaN. */
__device__ static inline bf16 to_bf16(real x)
{
	const unsigned bits = __float_as_uint((float)x), rounded = bits + 0x7fff + (bits >> 16 & 1);
	return (bf16)((x == x ? rounded : bits | 0x400000) >> 16);
}

__device__ static inline real from_bf16(bf16 x)
{
	return __uint_as_float((unsigned)x << 16);
}

#endif
