/* Sums over samples and pixels, by one block, and over a warp. */
#ifndef TRAINC_CUDA_CHANNELS_CUH
#define TRAINC_CUDA_CHANNELS_CUH
#include "real.cuh"

enum { CHANNELS_LINES = RT_CUDA_THREADS / RT_CUDA_CHANNELS };

/* The sum over i, from begin to end, of value(i), for the channel of this thread; every thread of the channel gets it.
 * The threads of a channel take turns along i. All threads of the block take part. */
template <class Value>
__device__ static inline real channel_sum(int begin, int end, Value value)
{
	__shared__ real lines[CHANNELS_LINES][RT_CUDA_CHANNELS];
	const int line = (int)threadIdx.x / RT_CUDA_CHANNELS, channel = (int)threadIdx.x % RT_CUDA_CHANNELS;
	real sum = 0;

#pragma unroll 8
	for (int i = begin + line; i < end; i += CHANNELS_LINES)
		sum += value(i);
	lines[line][channel] = sum;
	__syncthreads();
	sum = 0;
	for (int l = 0; l < CHANNELS_LINES; l++)
		sum += lines[l][channel];
	__syncthreads();
	return sum;
}

/* values become their sums over the threads whose number is the same modulo `lanes`, a power of 2; in the first threads, one of
 * each. Halves of the block are added up, in one order. All threads of the block take part. */
template <int N>
__device__ static inline void block_fold(real (&values)[N], int lanes)
{
	__shared__ real upper[N][RT_CUDA_THREADS / 2];
	const int thread = (int)threadIdx.x;

	for (int half = RT_CUDA_THREADS / 2; half >= lanes; half /= 2) {
		if (thread >= half && thread < 2 * half)
#pragma unroll
			for (int i = 0; i < N; i++)
				upper[i][thread - half] = values[i];
		__syncthreads();
		if (thread < half)
#pragma unroll
			for (int i = 0; i < N; i++)
				values[i] += upper[i][thread];
		__syncthreads();
	}
}

/* The sum of a warp's values, and the largest; a NaN stays. All of its threads take part, and get it. */
__device__ static inline real warp_sum(real value)
{
	for (int apart = 16; apart > 0; apart /= 2)
		value += __shfl_xor_sync(0xffffffffu, value, apart);
	return value;
}

__device__ static inline real warp_max(real value)
{
	for (int apart = 16; apart > 0; apart /= 2)
		value = real_max(value, __shfl_xor_sync(0xffffffffu, value, apart));
	return value;
}

#endif
