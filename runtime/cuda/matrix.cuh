/* Matrix products whose operands are functions of row and column, so that one loop serves convolutions and dense layers,
 * forward and backward, with whatever comes before and behind the product. */
#ifndef TRAINC_CUDA_MATRIX_CUH
#define TRAINC_CUDA_MATRIX_CUH
#include "bf16.cuh"

enum { MATRIX_DEPTH = 16, MATRIX_PART = 4, MATRIX_ACROSS = RT_CUDA_TILE / MATRIX_PART, MATRIX_STRIDE = RT_CUDA_TILE + 4 };

/* Which index of an operand lies innermost in memory: neighbouring threads load neighbours along it. */
enum matrix_order { INNER_IS_SUM, INNER_IS_OUTPUT };

/* What operands are rounded to. */
enum matrix_precision { MATRIX_FLOAT32, MATRIX_BFLOAT16 };

template <matrix_precision PRECISION>
__device__ static inline real matrix_rounded(real x)
{
	return PRECISION == MATRIX_BFLOAT16 ? from_bf16(to_bf16(x)) : x;
}

/* Loads depth x RT_CUDA_TILE numbers of one operand from `at` on; zeros behind its ends. */
template <matrix_order ORDER, matrix_precision PRECISION, class Operand>
__device__ static inline void matrix_load(real (*to)[MATRIX_STRIDE], int output, int outputs, int sum, int sums,
	Operand operand)
{
	for (int i = (int)threadIdx.x; i < MATRIX_DEPTH * RT_CUDA_TILE; i += RT_CUDA_THREADS) {
		const int k = ORDER == INNER_IS_SUM ? i % MATRIX_DEPTH : i / RT_CUDA_TILE;
		const int o = ORDER == INNER_IS_SUM ? i / MATRIX_DEPTH : i % RT_CUDA_TILE;
		to[k][o] = output + o < outputs && sum + k < sums ? matrix_rounded<PRECISION>(operand(output + o, sum + k)) : 0;
	}
}

/* Tile number `tile`, row of tiles by row, of the products: store(row, column, sum over k of left(row, k) * right(column, k)),
 * k from begin to end, in order. All threads of the block take part. */
template <matrix_order LEFT, matrix_order RIGHT, matrix_precision PRECISION = MATRIX_FLOAT32, class Left, class Right, class Store>
__device__ static inline void matrix_product(int tile, int rows, int columns, int begin, int end, Left left, Right right,
	Store store)
{
	__shared__ real lefts[MATRIX_DEPTH][MATRIX_STRIDE], rights[MATRIX_DEPTH][MATRIX_STRIDE];
	const int across = (columns + RT_CUDA_TILE - 1) / RT_CUDA_TILE;
	const int row = (long long)(tile / across) * RT_CUDA_TILE;
	const int column = tile % across * RT_CUDA_TILE;
	const int top = (int)threadIdx.x / MATRIX_ACROSS * MATRIX_PART, side = (int)threadIdx.x % MATRIX_ACROSS * MATRIX_PART;
	real sums[MATRIX_PART][MATRIX_PART] = {};

	for (int k = begin; k < end; k += MATRIX_DEPTH) {
		matrix_load<LEFT, PRECISION>(lefts, row, rows, k, end, left);
		matrix_load<RIGHT, PRECISION>(rights, column, columns, k, end, right);
		__syncthreads();
#pragma unroll 4
		for (int d = 0; d < MATRIX_DEPTH; d++)
#pragma unroll
			for (int i = 0; i < MATRIX_PART; i++)
#pragma unroll
				for (int j = 0; j < MATRIX_PART; j++)
					sums[i][j] += lefts[d][top + i] * rights[d][side + j];
		__syncthreads();
	}
#pragma unroll
	for (int i = 0; i < MATRIX_PART; i++)
#pragma unroll
		for (int j = 0; j < MATRIX_PART; j++)
			if (row + top + i < rows && column + side + j < columns)
				store(row + top + i, column + side + j, sums[i][j]);
}

#endif
