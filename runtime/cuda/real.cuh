/* Elementary functions on one real, under the names that the rows of activations use: see runtime/cpu/real.h. */
#ifndef TRAINC_CUDA_REAL_CUH
#define TRAINC_CUDA_REAL_CUH
#include <math.h>
#include "work.h"

/* Four neighbours in memory, which one instruction loads or stores: at 16 bytes' alignment. */
struct alignas(4 * sizeof(real)) real4 { real v[4]; };

__device__ static inline real4 load4(const real *p)
{
	return *(const real4 *)p;
}

__device__ static inline void store4(real *p, real4 x)
{
	*(real4 *)p = x;
}

__device__ static inline real real_select(bool condition, real yes, real no)
{
	return condition ? yes : no;
}

/* A NaN in either operand stays. */
__device__ static inline real real_max(real a, real b)
{
	return b != b || a < b ? b : a;
}

__device__ static inline real real_min(real a, real b)
{
	return b != b || a > b ? b : a;
}

__device__ static inline real real_abs(real x) { return fabs(x); }
__device__ static inline real real_sqrt(real x) { return sqrt(x); }
__device__ static inline real real_exp(real x) { return exp(x); }
__device__ static inline real real_expm1(real x) { return expm1(x); }
__device__ static inline real real_log(real x) { return log(x); }
__device__ static inline real real_log1p(real x) { return log1p(x); }
__device__ static inline real real_tanh(real x) { return tanh(x); }

#endif
