/* The machine's peaks, for the figures beside them: multiply-adds of this many threads in registers, a triad through memory
 * far larger than the caches and, where the processor has them, dot products of bfloat16. ./peaks THREADS prints
 * "GFLOP/s GB/s [GFLOP/s]"; the best of some tries. */
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <trainc/cpu.h>

enum { SUMS = REGISTERS * 3 / 4, ROUNDS = 4000000, TRIES = 5 };

static double multiply_adds(int threads)
{
	double best = 0;
	for (int try = 0; try < TRIES; try++) {
		double began = omp_get_wtime(), sink = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sink)
		{
			vec sum[SUMS], a = vec_broadcast((real)0.999), b = vec_broadcast((real)1e-3);
			UNROLL for (int i = 0; i < SUMS; i++)
				sum[i] = vec_broadcast((real)i);
			for (int r = 0; r < ROUNDS; r++)
				UNROLL for (int i = 0; i < SUMS; i++)
					sum[i] = sum[i] * a + b;
			for (int i = 0; i < SUMS; i++)
				sink += (double)vec_sum(sum[i]);
		}
		double rate = 2e-9 * SUMS * LANES * (double)ROUNDS * threads / (omp_get_wtime() - began);
		if (sink != 0 && rate > best)
			best = rate;
	}
	return best;
}

#ifdef __AVX512BF16__
static double dot_products(int threads)
{
	double best = 0;
	for (int try = 0; try < TRIES; try++) {
		double began = omp_get_wtime(), sink = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sink)
		{
			__m512 sum[SUMS], one = _mm512_set1_ps(1);
			const __m512bh a = _mm512_cvtne2ps_pbh(one, one);
			UNROLL for (int i = 0; i < SUMS; i++)
				sum[i] = _mm512_set1_ps((float)i);
			for (int r = 0; r < ROUNDS; r++)
				UNROLL for (int i = 0; i < SUMS; i++)
					sum[i] = _mm512_dpbf16_ps(sum[i], a, a);
			for (int i = 0; i < SUMS; i++)
				sink += (double)_mm512_reduce_add_ps(sum[i]);
		}
		double rate = 4e-9 * SUMS * 16 * (double)ROUNDS * threads / (omp_get_wtime() - began);
		if (sink != 0 && rate > best)
			best = rate;
	}
	return best;
}
#endif

static double bandwidth(int threads)
{
	const ptrdiff_t n = 32 << 20;
	float *a = malloc(sizeof *a * (size_t)n), *b = malloc(sizeof *b * (size_t)n), *c = malloc(sizeof *c * (size_t)n);
	double best = 0;
	if (!a || !b || !c)
		exit(3);
#pragma omp parallel for schedule(static) num_threads(threads)
	for (ptrdiff_t i = 0; i < n; i++)
		a[i] = 0, b[i] = 1, c[i] = 2;
	for (int try = 0; try < TRIES; try++) {
		double began = omp_get_wtime();
#pragma omp parallel for simd schedule(static) num_threads(threads)
		for (ptrdiff_t i = 0; i < n; i++)
			a[i] = b[i] + 3 * c[i];
		double rate = 12e-9 * (double)n / (omp_get_wtime() - began);
		best = rate > best ? rate : best;
	}
	free(a), free(b), free(c);
	return best;
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 1;
	printf("%.0f %.1f", multiply_adds(threads), bandwidth(threads));
#ifdef __AVX512BF16__
	printf(" %.0f", dot_products(threads));
#endif
	putchar('\n');
	return 0;
}
