/* The arithmetic of reductions, rank after rank: halves and bfloat16 are summed as floats and rounded once at the
   end. */
#include "nccl_types.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

static float from_bfloat16(uint16_t bits)
{
	uint32_t wide = (uint32_t)bits << 16;
	float value;
	memcpy(&value, &wide, sizeof value);
	return value;
}

/* To the nearest, ties to even. */
static uint16_t to_bfloat16(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	if (isnan(value))
		return 0x7fff;
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float from_half(uint16_t bits)
{
	int exponent = bits >> 10 & 31, mantissa = bits & 1023;
	float size = exponent == 31 ? (mantissa ? NAN : INFINITY) :
		exponent ? ldexpf((float)(1024 + mantissa), exponent - 25) : ldexpf((float)mantissa, -24);
	return bits >> 15 ? -size : size;
}

static uint16_t to_half(float value)
{
	int exponent;
	uint16_t sign = signbit(value) ? 0x8000 : 0;
	if (isnan(value))
		return 0x7fff;
	frexpf(value, &exponent);                               /* value is in [2^(exponent-1), 2^exponent) */
	int step = exponent < -13 ? -24 : exponent - 11;        /* the last bit's power of two */
	float units = isinf(value) ? INFINITY : rintf(ldexpf(fabsf(value), -step));
	if (ldexpf(units, step) > 65504)
		return sign | 0x7c00;
	return (uint16_t)(sign + (units < 1024 ? (int)units : ((step + 24) << 10) + (int)units));
}

#define AS_IT_IS(value) (value)

/* One function a type: stored as STORED, computed as WIDE. */
#define REDUCTION(name, STORED, WIDE, load, store) \
static WIDE name##_two(ncclRedOp_t operation, WIDE a, WIDE b) \
{ \
	switch (operation) { \
	case ncclProd: \
		return a * b; \
	case ncclMax: \
		return a > b ? a : b; \
	case ncclMin: \
		return a < b ? a : b; \
	default: \
		return a + b; \
	} \
} \
static void name(ncclRedOp_t operation, void *to, const void *const *from, int ranks, size_t count) \
{ \
	for (size_t i = 0; i < count; i++) { \
		WIDE value = load(((const STORED *)from[0])[i]); \
		for (int rank = 1; rank < ranks; rank++) \
			value = name##_two(operation, value, load(((const STORED *)from[rank])[i])); \
		((STORED *)to)[i] = store(operation == ncclAvg ? (WIDE)(value / (WIDE)ranks) : value); \
	} \
}

REDUCTION(reduce_int8, int8_t, int64_t, AS_IT_IS, (int8_t))
REDUCTION(reduce_uint8, uint8_t, uint64_t, AS_IT_IS, (uint8_t))
REDUCTION(reduce_int32, int32_t, int64_t, AS_IT_IS, (int32_t))
REDUCTION(reduce_uint32, uint32_t, uint64_t, AS_IT_IS, (uint32_t))
REDUCTION(reduce_int64, int64_t, int64_t, AS_IT_IS, AS_IT_IS)
REDUCTION(reduce_uint64, uint64_t, uint64_t, AS_IT_IS, AS_IT_IS)
REDUCTION(reduce_half, uint16_t, float, from_half, to_half)
REDUCTION(reduce_float, float, float, AS_IT_IS, AS_IT_IS)
REDUCTION(reduce_double, double, double, AS_IT_IS, AS_IT_IS)
REDUCTION(reduce_bfloat16, uint16_t, float, from_bfloat16, to_bfloat16)

static const struct {
	size_t bytes;
	const char *name;
	void (*reduce)(ncclRedOp_t operation, void *to, const void *const *from, int ranks, size_t count);
} types[ncclNumTypes] = {
	[ncclInt8] = {1, "int8", reduce_int8},
	[ncclUint8] = {1, "uint8", reduce_uint8},
	[ncclInt32] = {4, "int32", reduce_int32},
	[ncclUint32] = {4, "uint32", reduce_uint32},
	[ncclInt64] = {8, "int64", reduce_int64},
	[ncclUint64] = {8, "uint64", reduce_uint64},
	[ncclFloat16] = {2, "half", reduce_half},
	[ncclFloat32] = {4, "float", reduce_float},
	[ncclFloat64] = {8, "double", reduce_double},
	[ncclBfloat16] = {2, "bfloat16", reduce_bfloat16},
};

static const char *const operations[ncclNumOps] = {
	[ncclSum] = "sum", [ncclProd] = "product", [ncclMax] = "max", [ncclMin] = "min", [ncclAvg] = "average",
};

size_t nccl_type_bytes(ncclDataType_t type)
{
	return (unsigned)type < ncclNumTypes ? types[type].bytes : 0;
}

const char *nccl_type_name(ncclDataType_t type)
{
	return nccl_type_bytes(type) ? types[type].name : "unknown";
}

const char *nccl_operation_name(ncclRedOp_t operation)
{
	return (unsigned)operation < ncclNumOps ? operations[operation] : NULL;
}

void nccl_reduce(ncclDataType_t type, ncclRedOp_t operation, void *to, const void *const *from, int ranks, size_t count)
{
	types[type].reduce(operation, to, from, ranks, count);
}
