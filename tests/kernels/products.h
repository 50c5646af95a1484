/* What the tests of products in bfloat16 share: numbers, rounding by arithmetic, and comparing. */
#ifndef KERNELS_PRODUCTS_H
#define KERNELS_PRODUCTS_H
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trainc/amx_permission.h>

static const double BOUND = 2e-6;       /* of the square root of the sum's length; operands are below 1 */
static double worst;
static uint64_t random_state = 5;

static float random_number(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (float)((double)(random_state >> 11) / (double)(1ull << 52) - 1);
}

static float *random_numbers(int count)
{
	float *x = malloc(sizeof *x * (size_t)count);
	for (int i = 0; i < count; i++)
		x[i] = random_number();
	return x;
}

/* NaN, so that what nobody writes shows */
static float *nothing(int count)
{
	float *x = malloc(sizeof *x * (size_t)count);
	return memset(x, 0xff, sizeof *x * (size_t)count);
}

/* 8 significant bits; rint takes ties to even. */
static double rounded(float x)
{
	int exponent;
	const double fraction = frexp((double)x, &exponent);
	return ldexp(rint(ldexp(fraction, 8)), exponent - 8);
}

static void expect(const char *what, float found, double right, int length)
{
	const double error = fabs((double)found - right) / sqrt((double)length);
	worst = error > worst ? error : worst;
	if (error <= BOUND)
		return;
	printf("%s: %g, not %g\n", what, (double)found, right);
	exit(1);
}

static void begin(void)
{
	if (!amx_may_run())
		exit(4);
}

#endif
