/* Sums over samples and pixels, one a channel, by blocks that take a slot's samples and RT_CUDA_CHANNELS channels. */
#ifndef TRAINC_CUDA_CHANNELS_CUH
#define TRAINC_CUDA_CHANNELS_CUH
#include "work.h"

enum { CHANNELS_LINES = RT_CUDA_THREADS / RT_CUDA_CHANNELS };

/* The sum over i, from begin to end, of value(i), for the channel of this thread; every thread of the channel gets it.
 * The threads of a channel take turns along i. All threads of the block take part. */
template <class Value>
__device__ static inline real channel_sum(int begin, int end, Value value)
{
	__shared__ real lines[CHANNELS_LINES][RT_CUDA_CHANNELS];
	const int line = (int)threadIdx.x / RT_CUDA_CHANNELS, channel = (int)threadIdx.x % RT_CUDA_CHANNELS;
	real sum = 0;

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

#endif
