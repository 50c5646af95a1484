/* Included before the first line of a .cu file that `compile` compiles for the CPU: gives the device language a
   meaning on fibers. NVIDIA's own headers come first, so that types and prototypes are the real ones. What needs more
   than a macro (__global__, __shared__, __launch_bounds__) keeps a marker that `compile` replaces. */
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <utility>
#include <cuda_runtime_api.h>
#include <vector_functions.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include "block.h"

#undef __global__
#undef __device__
#undef __host__
#undef __shared__
#undef __constant__
#undef __forceinline__
#undef __noinline__
#undef __launch_bounds__
#undef __grid_constant__
#define __global__ double_kernel_marker
#define __shared__ double_shared_marker
#define __launch_bounds__(...) double_bounds_marker(__VA_ARGS__)
#define __device__
#define __host__
#define __constant__
#define __grid_constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))

#define threadIdx (double_here.thread)
#define blockIdx (double_here.block)
#define blockDim (double_here.block_size)
#define gridDim (double_here.grid_size)
#define warpSize 32

/* --- barriers and warps: every macro hands on its line --- */

#define __syncthreads() double_barrier(__LINE__)
#define __syncthreads_count(predicate) double_barrier_count((predicate) != 0, __LINE__)
#define __syncthreads_or(predicate) (double_barrier_count((predicate) != 0, __LINE__) != 0)
#define __syncthreads_and(predicate) (double_barrier_count((predicate) == 0, __LINE__) == 0)
#define __syncwarp(...) double_sync_warp(__LINE__, ##__VA_ARGS__)
#define __shfl_sync(mask, value, ...) double_shuffle<double_from_lane>(__LINE__, mask, value, __VA_ARGS__)
#define __shfl_up_sync(mask, value, ...) double_shuffle<double_from_below>(__LINE__, mask, value, __VA_ARGS__)
#define __shfl_down_sync(mask, value, ...) double_shuffle<double_from_above>(__LINE__, mask, value, __VA_ARGS__)
#define __shfl_xor_sync(mask, value, ...) double_shuffle<double_from_other>(__LINE__, mask, value, __VA_ARGS__)
#define __ballot_sync(mask, predicate) double_ballot(__LINE__, mask, (predicate) != 0)
#define __any_sync(mask, predicate) (double_ballot(__LINE__, mask, (predicate) != 0) != 0)
#define __all_sync(mask, predicate) (double_ballot(__LINE__, mask, (predicate) == 0) == 0)

static inline void double_sync_warp(int line, unsigned mask = ~0u)
{
	const double_exchange exchange = {SYNCHRONIZE, mask, nullptr, nullptr, 0, 0, line};
	double_warp(&exchange);
}

/* Which lane of its segment a lane reads; outside of the segment it reads itself. */
static inline int double_from_lane(int, int wanted, int width) { return wanted & (width - 1); }
static inline int double_from_below(int lane, int distance, int) { return lane - distance; }
static inline int double_from_above(int lane, int distance, int) { return lane + distance; }
static inline int double_from_other(int lane, int bits, int) { return lane ^ bits; }

template <int (*rule)(int, int, int), class T> static inline T double_shuffle(int line, unsigned mask, T value, int by,
	int width = 32)
{
	const int lane = (int)double_lane() & (width - 1), start = (int)double_lane() - lane, wanted = rule(lane, by, width);
	const int source = start + (wanted < 0 || wanted >= width ? lane : wanted);
	T taken;
	const double_exchange exchange = {SHUFFLE, mask, &value, &taken, sizeof value, (unsigned)source, line};
	double_warp(&exchange);
	return taken;
}

static inline unsigned double_ballot(int line, unsigned mask, int predicate)
{
	unsigned votes = 0;
	const double_exchange exchange = {BALLOT, mask, &predicate, &votes, sizeof predicate, 0, line};
	double_warp(&exchange);
	return votes;
}

/* --- kernels: `compile` writes "static double_kernel_of<NAME> double_kernel_NAME{"NAME", most threads};" --- */

constexpr unsigned double_most_threads() { return 1024; }
template <class... More> constexpr unsigned double_most_threads(unsigned threads, More...) { return threads; }

template <auto function> struct double_kernel_of;
template <class... A, void (*function)(A...)> struct double_kernel_of<function> {
	double_argument arguments[sizeof...(A) + 1] = {{sizeof(A), std::is_pointer_v<A>}..., {0, false}};
	double_kernel kernel;

	double_kernel_of(const char *name, unsigned most_threads)
		: kernel{(const void *)function, name, most_threads, sizeof...(A), arguments, call, 0, nullptr}
	{
		double_register(&kernel);
	}
	static void call(void *const *values) { spread(values, std::index_sequence_for<A...>{}); }
	template <size_t... I> static void spread(void *const *values, std::index_sequence<I...>)
	{
		(void)values;
		function(*(A *)values[I]...);
	}
};

#include "device_math.h"
#include "wmma.h"
