/* A product of two of x, w and y: operands rounded as the math says, sums in double, epilogue. Any wrong pointer is fatal. */
#include "product.h"
#include "core.h"
#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, WORKSPACE = 4096 };

/* ---- numbers ---- */

/* To so many bits of mantissa, halves to even. */
static float rounded(float value, int bits)
{
	uint32_t word, unit = (uint32_t)1 << (23 - bits);
	memcpy(&word, &value, sizeof word);
	if (!isfinite(value))
		return value;
	word += unit / 2 - 1 + (word / unit & 1);
	word &= ~(unit - 1);
	memcpy(&value, &word, sizeof value);
	return value;
}

static float number(const void *array, bool bf16, size_t i)
{
	uint32_t word = bf16 ? (uint32_t)((const uint16_t *)array)[i] << 16 : ((const uint32_t *)array)[i];
	float value;
	memcpy(&value, &word, sizeof value);
	return value;
}

static void put(void *array, bool bf16, size_t i, double value)
{
	float narrow = bf16 ? rounded((float)value, 7) : (float)value;
	uint32_t word;
	memcpy(&word, &narrow, sizeof word);
	if (bf16)
		((uint16_t *)array)[i] = (uint16_t)(word >> 16);
	else
		((uint32_t *)array)[i] = word;
}

/* ---- arrays ---- */

static int result_of(const struct product *p)
{
	return p->kind == RT_PRODUCT_Y ? PRODUCT_Y : p->kind == RT_PRODUCT_X ? PRODUCT_X : PRODUCT_W;
}

static void *place(const struct product *p, int array)
{
	void *const places[] = {[PRODUCT_X] = p->arrays.x, [PRODUCT_W] = p->arrays.w, [PRODUCT_Y] = p->arrays.y};
	return places[array];
}

static bool is_bf16(const struct product *p, bool result)
{
	return p->math == RT_MATH_BF16 && (!result || p->bf16_results);
}

static double *operand(const struct product *p, int array)
{
	double *values = calloc(p->elements[array] + 1, sizeof *values);
	for (size_t i = 0; i < p->elements[array] && array != result_of(p); i++) {
		float value = number(place(p, array), is_bf16(p, false), i);
		values[i] = p->math == RT_MATH_TF32 ? rounded(value, 10) : value;
	}
	return values;
}

static void store(const struct product *p, const double *sums)
{
	const int result = result_of(p);
	const bool bf16 = is_bf16(p, true), forward = p->kind == RT_PRODUCT_Y;
	void *to = place(p, result);
	for (size_t i = 0; i < p->elements[result]; i++) {
		double value = sums[i] + (p->accumulate ? number(to, bf16, i) : 0);
		if (forward && p->epilogue != RT_PLAIN)
			value += number(p->arrays.bias, bf16, i % p->channels);
		if (forward && p->epilogue == RT_BIAS_RELU && value < 0)
			value = 0;
		put(to, bf16, i, value);
	}
}

static void store_bias_gradient(const struct product *p, const double *y)
{
	for (size_t channel = 0; channel < p->channels; channel++) {
		double sum = 0;
		for (size_t i = channel; i < p->elements[PRODUCT_Y]; i += p->channels)
			sum += y[i];
		put(p->arrays.bias, is_bf16(p, true), channel, sum);
	}
}

/* ---- in a stream ---- */

static enum double_progress run(void *payload)
{
	const struct product *p = payload;
	double *arrays[PRODUCT_ARRAYS];
	for (int i = 0; i < PRODUCT_ARRAYS; i++)
		arrays[i] = operand(p, i);
	if (p->workspace)
		memset(p->arrays.workspace, 0xff, p->workspace);
	p->sum(p, arrays);
	store(p, arrays[result_of(p)]);
	if (p->kind == RT_PRODUCT_W && p->epilogue == RT_BIAS)
		store_bias_gradient(p, arrays[PRODUCT_Y]);
	for (int i = 0; i < PRODUCT_ARRAYS; i++)
		free(arrays[i]);
	return DOUBLE_FINISHED;
}

static void check(const struct product *p, const void *memory, size_t bytes, const char *what)
{
	if ((uintptr_t)memory % ALIGNMENT)
		double_die("%s: the %s, %p, is not aligned to %d bytes", p->name, what, memory, ALIGNMENT);
	if (bytes)
		double_check_device_memory(memory, bytes, double_device(), p->name, what);
}

static cudaError_t enqueue(const struct product *p, cudaStream_t stream)
{
	static const char *const names[] = {"x", "w", "y"};
	static const struct double_kind kind = {.name = "product", .run = run};
	DOUBLE_ENTER();
	for (int i = 0; i < PRODUCT_ARRAYS; i++)
		check(p, place(p, i), p->elements[i] * (is_bf16(p, i == result_of(p)) ? 2 : 4), names[i]);
	if (p->epilogue != RT_PLAIN)
		check(p, p->arrays.bias, p->channels * (is_bf16(p, true) ? 2 : 4), "bias");
	check(p, p->arrays.workspace, p->workspace, "workspace");
	return double_enqueue(stream, &kind, p, sizeof *p, NULL);
}

int product_run(const struct product *p, const struct rt_arrays *arrays, cudaStream_t stream)
{
	struct product work = *p;
	work.arrays = *arrays;
	cudaError_t error = enqueue(&work, stream);
	return error ? rt_fail(RT_SYSTEM_ERROR, "%s: %s", p->name, cudaGetErrorString(error)) : 0;
}

size_t product_workspace(size_t limit)
{
	return limit < WORKSPACE ? limit : WORKSPACE;
}
