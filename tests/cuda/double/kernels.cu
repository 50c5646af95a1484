/* Kernels for the double's own test: sound ones, and ones with a planted defect that the double must find. */
#include <mma.h>

template <class T> static __device__ __forceinline__ T warp_sum(T value)
{
	for (int distance = 16; distance; distance >>= 1)
		value += __shfl_down_sync(0xffffffffu, value, distance);
	return value;
}

/* A template with its own shared memory, used with two types. */
template <class T> static __device__ T sum_of_block(T value)
{
	__shared__ T sums[32], total;
	value = warp_sum(value);
	if (threadIdx.x % 32 == 0)
		sums[threadIdx.x / 32] = value;
	__syncthreads();
	if (threadIdx.x == 0) {
		total = 0;
		for (int i = 0; i < (int)(blockDim.x / 32); i++)
			total += sums[i];
	}
	__syncthreads();
	return total;
}

template <class T, class F> static __device__ void sum_mapped(T *out, int n, F of)
{
	T mine = 0;
	for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
		mine += of(i);
	mine = sum_of_block(mine);
	if (threadIdx.x == 0)
		atomicAdd(out, mine);
}

extern "C" __global__ void __launch_bounds__(256) sum_floats(const float *__restrict__ x, float *out, int n)
{
	sum_mapped(out, n, [=](int i) { return __ldg(x + i); });
}

extern "C" __global__ void sum_squares(const double *x, double *out, int n)
{
	sum_mapped(out, n, [&](int i) { return x[i] * x[i]; });
}

/* In every lane what the warp's operations gave, one after the other. */
extern "C" __global__ void warp_operations(unsigned *out)
{
	const unsigned lane = threadIdx.x % 32, all = 0xffffffffu;
	unsigned *mine = out + 8 * threadIdx.x;
	mine[0] = __shfl_sync(all, lane, 5);
	mine[1] = __shfl_up_sync(all, lane, 3);
	mine[2] = __shfl_down_sync(all, lane, 3, 16);
	mine[3] = __shfl_xor_sync(all, lane, 8);
	mine[4] = __ballot_sync(all, lane % 3 == 0);
	mine[5] = (unsigned)__any_sync(all, lane == 7) + 2u * (unsigned)__all_sync(all, lane < 32);
	mine[6] = lane < 16 ? __shfl_xor_sync(0xffffu, lane, 1) : 99;
	mine[7] = (unsigned)__syncthreads_count(lane < 4);
}

/* Early exit: those that have ended are not waited for. */
extern "C" __global__ void count_low(unsigned *out)
{
	if (threadIdx.x % 32 >= 8)
		return;
	const unsigned voted = __ballot_sync(0xffffffffu, 1);
	if (threadIdx.x % 32 == 0)
		atomicAdd(out, (unsigned)__popc(voted));
}

extern "C" __global__ void multiply_bf16(const __nv_bfloat16 *a, const __nv_bfloat16 *b, float *c)
{
	using namespace nvcuda;
	wmma::fragment<wmma::matrix_a, 16, 16, 16, __nv_bfloat16, wmma::row_major> left;
	wmma::fragment<wmma::matrix_b, 16, 16, 16, __nv_bfloat16, wmma::col_major> right;
	wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
	wmma::fill_fragment(sum, 0.0f);
	wmma::load_matrix_sync(left, a, 16);
	wmma::load_matrix_sync(right, b, 16);
	wmma::mma_sync(sum, left, right, sum);
	wmma::store_matrix_sync(c, sum, 16, wmma::mem_row_major);
}

extern "C" __global__ void multiply_tf32(const float *a, const float *b, float *c)
{
	using namespace nvcuda;
	wmma::fragment<wmma::matrix_a, 16, 16, 8, wmma::precision::tf32, wmma::row_major> left;
	wmma::fragment<wmma::matrix_b, 16, 16, 8, wmma::precision::tf32, wmma::row_major> right;
	wmma::fragment<wmma::accumulator, 16, 16, 8, float> sum;
	wmma::fill_fragment(sum, 0.0f);
	wmma::load_matrix_sync(left, a, 8);
	wmma::load_matrix_sync(right, b, 16);
	for (int i = 0; i < left.num_elements; i++)
		left.x[i] = wmma::__float_to_tf32(left.x[i]);
	for (int i = 0; i < right.num_elements; i++)
		right.x[i] = wmma::__float_to_tf32(right.x[i]);
	wmma::mma_sync(sum, left, right, sum);
	wmma::store_matrix_sync(c, sum, 16, wmma::mem_row_major);
}

extern "C" __global__ void add(float *x, float what, int n)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < n)
		x[i] += what;
}

struct vector {
	float *x;
	int n;
};

extern "C" __global__ void add_to(struct vector to, float what)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < to.n)
		to.x[i] += what;
}

/* --- with a defect --- */

extern "C" __global__ void add_too_far(float *x, float what, int n)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i <= n)
		x[i] += what;
}

static __device__ void sum_tree(const float *x, float *out, int n, bool careful)
{
	extern __shared__ __align__(16) float tree[];
	tree[threadIdx.x] = (int)threadIdx.x < n ? x[threadIdx.x] : 0;
	__syncthreads();
	for (unsigned half = blockDim.x / 2; half; half /= 2) {
		if (threadIdx.x < half)
			tree[threadIdx.x] += tree[threadIdx.x + half];
		if (careful)
			__syncthreads();
	}
	if (threadIdx.x == 0)
		*out = tree[0];
}

extern "C" __global__ void tree(const float *x, float *out, int n) { sum_tree(x, out, n, true); }
extern "C" __global__ void tree_without_barrier(const float *x, float *out, int n) { sum_tree(x, out, n, false); }

extern "C" __global__ void divergent_barrier(float *out)
{
	if (threadIdx.x < 32)
		__syncthreads();
	else
		out[threadIdx.x] = 0;
	if (threadIdx.x >= 32)
		__syncthreads();
}

extern "C" __global__ void shuffle_with_a_wrong_mask(unsigned *out)
{
	if (threadIdx.x < 16)
		out[threadIdx.x] = __shfl_xor_sync(0xffffffffu, threadIdx.x, 1);
	__syncthreads();
}

extern "C" __global__ void never_written(float *out)
{
	__shared__ float memory[64];
	if (threadIdx.x < 32)
		memory[threadIdx.x] = 1;
	__syncthreads();
	out[threadIdx.x] = memory[threadIdx.x];
}

extern "C" __global__ void beyond_shared(float *out, int n)
{
	__shared__ float memory[8];
	memory[n] = (float)n;
	*out = memory[n];
}

extern "C" __global__ void beyond_dynamic(float *out, int n)
{
	extern __shared__ float all[];
	all[n] = (float)n;
	*out = all[n];
}
