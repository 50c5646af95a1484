/* Matrix products whose operands are functions of row and column, so that one loop serves convolutions and dense layers,
 * forward and backward, with whatever comes before and behind the product. Tensor cores multiply where the GPU has them for
 * TF32, from compute capability 8.0 on, unless work.strict says that operands must stay float. */
#ifndef TRAINC_CUDA_MATRIX_CUH
#define TRAINC_CUDA_MATRIX_CUH
#include "bf16.cuh"

enum { MATRIX_DEPTH = 32, MATRIX_PART = 4, MATRIX_ACROSS = RT_CUDA_TILE / MATRIX_PART, MATRIX_STRIDE = RT_CUDA_TILE + 4 };

/* Rows of a tile in shared memory: an operand's, [sum][output], or the products', [row][column]. */
typedef real matrix_row[MATRIX_STRIDE];

/* Which index of an operand lies innermost in memory: neighbouring threads load neighbours along it. */
enum matrix_order { INNER_IS_SUM, INNER_IS_OUTPUT };

/* What operands are rounded to. */
enum matrix_precision { MATRIX_FLOAT32, MATRIX_BFLOAT16 };

/* ---- tensor cores ---- */

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
#include <mma.h>
#define MATRIX_CORES true
#else
#define MATRIX_CORES false
#endif

enum { CORE = 16, CORE_DEPTH = 8, WARP_CORES = 2, WARPS_ACROSS = RT_CUDA_TILE / CORE };

#if MATRIX_CORES
namespace wmma = nvcuda::wmma;
typedef wmma::fragment<wmma::accumulator, CORE, CORE, CORE_DEPTH, float> matrix_core_sums;

__device__ static inline real matrix_tf32(real x)
{
	return wmma::__float_to_tf32(x);
}

/* A warp's sums, WARP_CORES squares one below the other, from row `top` and column `side` on. */
struct matrix_warp {
	int top, side;
	matrix_core_sums sums[WARP_CORES];

	__device__ matrix_warp()
	{
		const int warp = (int)threadIdx.x / 32;
		top = warp / WARPS_ACROSS * WARP_CORES * CORE;
		side = warp % WARPS_ACROSS * CORE;
		for (int i = 0; i < WARP_CORES; i++)
			wmma::fill_fragment(sums[i], 0.0f);
	}

	__device__ void add(const matrix_row *left, const matrix_row *right)
	{
#pragma unroll
		for (int d = 0; d < MATRIX_DEPTH; d += CORE_DEPTH) {
			wmma::fragment<wmma::matrix_b, CORE, CORE, CORE_DEPTH, wmma::precision::tf32, wmma::row_major> b;
			wmma::load_matrix_sync(b, &right[d][side], MATRIX_STRIDE);
#pragma unroll
			for (int i = 0; i < WARP_CORES; i++) {
				wmma::fragment<wmma::matrix_a, CORE, CORE, CORE_DEPTH, wmma::precision::tf32, wmma::col_major> a;
				wmma::load_matrix_sync(a, &left[d][top + i * CORE], MATRIX_STRIDE);
				wmma::mma_sync(sums[i], a, b, sums[i]);
			}
		}
	}

	__device__ void store(matrix_row *products)
	{
		for (int i = 0; i < WARP_CORES; i++)
			wmma::store_matrix_sync(&products[top + i * CORE][side], sums[i], MATRIX_STRIDE, wmma::mem_row_major);
	}
};
#else
__device__ static inline real matrix_tf32(real x)
{
	return x;
}

struct matrix_warp {
	__device__ void add(const matrix_row *, const matrix_row *) {}
	__device__ void store(matrix_row *) {}
};
#endif

/* ---- the product ---- */

template <matrix_precision PRECISION>
__device__ static inline real matrix_rounded(real x, bool cores)
{
	if (PRECISION == MATRIX_BFLOAT16)       /* such numbers are TF32's, too */
		return from_bf16(to_bf16(x));
	return cores ? matrix_tf32(x) : x;
}

/* Loads MATRIX_DEPTH x RT_CUDA_TILE numbers of one operand from `output` and `sum` on; zeros behind its ends. A thread keeps to
 * one place of the inner index, so that most of an operand's arithmetic is done once. */
template <matrix_order ORDER, matrix_precision PRECISION, class Operand>
__device__ static inline void matrix_load(matrix_row *to, int output, int outputs, int sum, int sums, bool cores, Operand operand)
{
	enum { INNER = ORDER == INNER_IS_SUM ? MATRIX_DEPTH : RT_CUDA_TILE, OUTER = MATRIX_DEPTH * RT_CUDA_TILE / INNER };
	const int inner = (int)threadIdx.x % INNER;
#pragma unroll 4
	for (int turn = 0; turn < OUTER * INNER / RT_CUDA_THREADS; turn++) {
		const int outer = (int)threadIdx.x / INNER + turn * (RT_CUDA_THREADS / INNER);
		const int k = ORDER == INNER_IS_SUM ? inner : outer, o = ORDER == INNER_IS_SUM ? outer : inner;
		to[k][o] = output + o < outputs && sum + k < sums ? matrix_rounded<PRECISION>(operand(output + o, sum + k), cores) : 0;
	}
}

/* A thread's part of the products, MATRIX_PART x MATRIX_PART. */
__device__ static inline void matrix_add(real (&sums)[MATRIX_PART][MATRIX_PART], const matrix_row *left, const matrix_row *right,
	int top, int side)
{
#pragma unroll 4
	for (int d = 0; d < MATRIX_DEPTH; d++)
#pragma unroll
		for (int i = 0; i < MATRIX_PART; i++)
#pragma unroll
			for (int j = 0; j < MATRIX_PART; j++)
				sums[i][j] += left[d][top + i] * right[d][side + j];
}

/* The operands' tiles one after the other, from `begin` to `end` of the sum: each is loaded, then `add` adds its products. */
template <matrix_order LEFT, matrix_order RIGHT, matrix_precision PRECISION, class Left, class Right, class Add>
__device__ static inline void matrix_sum(matrix_row *tiles, int row, int rows, int column, int columns, int begin, int end,
	bool cores, Left left, Right right, Add add)
{
	for (int k = begin; k < end; k += MATRIX_DEPTH) {
		matrix_load<LEFT, PRECISION>(tiles, row, rows, k, end, cores, left);
		matrix_load<RIGHT, PRECISION>(tiles + MATRIX_DEPTH, column, columns, k, end, cores, right);
		__syncthreads();
		add(tiles, tiles + MATRIX_DEPTH);
		__syncthreads();
	}
}

/* Tile number `tile`, row of tiles by row, of the products: store(row, column, sum over k of left(row, k) * right(column, k)),
 * k from begin to end, in one order. All threads of the block take part. */
template <matrix_order LEFT, matrix_order RIGHT, matrix_precision PRECISION = MATRIX_FLOAT32, class Left, class Right, class Store>
__device__ static inline void matrix_product(const rt_cuda_work &work, int tile, int rows, int columns, int begin, int end, Left left,
	Right right, Store store)
{
	/* both operands' tiles, and in the end the products' */
	__shared__ __align__(128) matrix_row tiles[2 * MATRIX_DEPTH];
	static_assert(2 * MATRIX_DEPTH >= RT_CUDA_TILE, "the products have room");
	const int across = (columns + RT_CUDA_TILE - 1) / RT_CUDA_TILE;
	const int row = tile / across * RT_CUDA_TILE, column = tile % across * RT_CUDA_TILE;
	const int top = (int)threadIdx.x / MATRIX_ACROSS * MATRIX_PART, side = (int)threadIdx.x % MATRIX_ACROSS * MATRIX_PART;

	if (MATRIX_CORES && !work.strict) {
		matrix_warp warp;
		matrix_sum<LEFT, RIGHT, PRECISION>(tiles, row, rows, column, columns, begin, end, true, left, right,
			[&](const matrix_row *a, const matrix_row *b) { warp.add(a, b); });
		warp.store(tiles);
	} else {
		real sums[MATRIX_PART][MATRIX_PART] = {};
		matrix_sum<LEFT, RIGHT, PRECISION>(tiles, row, rows, column, columns, begin, end, false, left, right,
			[&](const matrix_row *a, const matrix_row *b) { matrix_add(sums, a, b, top, side); });
#pragma unroll
		for (int i = 0; i < MATRIX_PART; i++)
#pragma unroll
			for (int j = 0; j < MATRIX_PART; j++)
				tiles[top + i][side + j] = sums[i][j];
	}
	__syncthreads();
#pragma unroll
	for (int i = 0; i < MATRIX_PART; i++)
#pragma unroll
		for (int j = 0; j < MATRIX_PART; j++)
			if (row + top + i < rows && column + side + j < columns)
				store(row + top + i, column + side + j, tiles[top + i][side + j]);
}

#endif
