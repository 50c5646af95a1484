/* What generated kernels are written in, and the kernels that every program has. */
#ifndef TRAINC_CUDA_KERNELS_CUH
#define TRAINC_CUDA_KERNELS_CUH
#include "channels.cuh"
#include "matrix.cuh"
#include "philox.cuh"
#include "real.cuh"

/* Every kernel runs in blocks of RT_CUDA_THREADS; names are C's, so that a C program can launch them. */
#define KERNEL extern "C" __global__ void __launch_bounds__(RT_CUDA_THREADS, 2)

/* A loop over 0 … count - 1, shared among all threads there are. Numbers of a tensor fit an int: see rt_cuda_code. */
#define EACH(i, count) \
	for (int i = (int)(blockIdx.x * RT_CUDA_THREADS + threadIdx.x); i < (count); i += (int)(gridDim.x * RT_CUDA_THREADS))

/* The first sample here of a slot, counted from work.slot_first. */
__device__ static inline int slot_begin(const rt_cuda_work &work, int slot)
{
	return rt_cuda_slot_begin(work.total, work.slot_first + slot) - work.batch_offset;
}

/* Where a part of what lies between begin and end begins. */
__device__ static inline int part_begin(int begin, int end, int part)
{
	return begin + (int)((long long)(end - begin) * part / RT_CUDA_PARTS);
}

/* The data set's element that is sample i of the batch. */
__device__ static inline long long data_sample(const rt_cuda_work &work, int i)
{
	const long long at = work.step->first + work.batch_offset + i;
	return work.index ? work.index[at] : at;
}

__device__ static inline float data_label(const rt_cuda_work &work, int i)
{
	return work.labels[data_sample(work, i)];
}

/* Whether training has stopped because a loss was not finite: then weights stay as they were. */
__device__ static inline bool is_diverged(const rt_cuda_work &work, int trainable)
{
	return work.step->diverged || !isfinite(work.gradients[trainable]);
}

/* index = an order of 0 … samples - 1 that depends on seed and epoch alone */
KERNEL rt_cuda_shuffle(struct rt_shuffle shuffle, uint32_t *index)
{
	EACH (i, (int)shuffle.samples)
		index[i] = rt_shuffle_at(&shuffle, (uint32_t)i);
}

/* sums[0] = sum of the batch's losses, sums[1 + m] = of metric m; one block, in one order. */
KERNEL rt_cuda_account(struct rt_cuda_work work, int metrics, real *sums)
{
	__shared__ double parts[RT_CUDA_THREADS];

	for (int m = 0; m <= metrics; m++) {
		const real *values = m ? work.metrics + (size_t)(m - 1) * work.capacity : work.loss;
		double sum = 0;
		for (int i = (int)threadIdx.x; i < work.n; i += RT_CUDA_THREADS)
			sum += values[i];
		parts[threadIdx.x] = sum;
		__syncthreads();
		for (int half = RT_CUDA_THREADS / 2; half > 0; half /= 2) {
			if (threadIdx.x < half)
				parts[threadIdx.x] += parts[threadIdx.x + half];
			__syncthreads();
		}
		if (threadIdx.x == 0)           /* which alone writes parts[0] next */
			sums[m] = (real)parts[0];
	}
}

/* Behind a step: adds its sums to the epoch's and moves on to the next batch. One thread. training: weights were updated. */
KERNEL rt_cuda_advance(struct rt_cuda_work work, int metrics, const real *sums, int training)
{
	struct rt_cuda_step *step = work.step;
	if (threadIdx.x || step->diverged)
		return;
	step->steps++;
	if (training && !isfinite(sums[0])) {
		step->diverged = step->steps;
		return;
	}
	for (int m = 0; m <= metrics; m++)
		step->sums[m] += (double)sums[m];
	step->samples += work.total;
	step->first += work.total;
	if (training) {
		step->step++;
		step->iterations++;
	}
}

#endif
