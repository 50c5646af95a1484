/* Elementary functions on one real, for activations and losses.
 *
 * They have no branches and no calls when real is float, so loops over them become vector code, and their results do not
 * depend on the machine's libm. Errors are a few units in the last place over the whole range; NaN stays NaN; numbers
 * below the smallest normal float count as zero. With real = double (gradient checks) they are libm's.
 */
#ifndef TRAINC_REAL_H
#define TRAINC_REAL_H
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef RT_REAL
#define RT_REAL float
#endif
typedef RT_REAL real;

static inline real real_select(int condition, real yes, real no)
{
	return condition ? yes : no;
}

/* The order of the operands makes these one instruction of x86 that keeps a NaN in a; one in b is for the second select.
 * Arm's instruction for the function of C drops a NaN, and gcc needs three for a comparison that it has turned round. */
static inline real real_larger(real a, real b)
{
#ifdef __aarch64__
	real larger = sizeof(real) == sizeof(float) ? (real)__builtin_fmaxf((float)a, (float)b) :
		(real)__builtin_fmax((double)a, (double)b);
	return a == a ? larger : a;
#else
	return a < b ? b : a;
#endif
}

static inline real real_smaller(real a, real b)
{
#ifdef __aarch64__
	real smaller = sizeof(real) == sizeof(float) ? (real)__builtin_fminf((float)a, (float)b) :
		(real)__builtin_fmin((double)a, (double)b);
	return a == a ? smaller : a;
#else
	return a > b ? b : a;
#endif
}

static inline real real_max(real a, real b)
{
	return b != b ? b : real_larger(a, b);
}

static inline real real_min(real a, real b)
{
	return b != b ? b : real_smaller(a, b);
}

static inline real real_abs(real x)
{
	return sizeof(real) == sizeof(float) ? (real)__builtin_fabsf((float)x) : (real)__builtin_fabs((double)x);
}

static inline real real_sqrt(real x)
{
	return sizeof(real) == sizeof(float) ? (real)__builtin_sqrtf((float)x) : (real)__builtin_sqrt((double)x);
}

/* ---- float ---- */

static inline float float_of_bits(int32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static inline int32_t bits_of_float(float x)
{
	int32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

/* 2^n, n in -126 .. 127 */
static inline float float_power2(int32_t n)
{
	return float_of_bits((n + 127) * (1 << 23));
}

/* e^x = 2^n * (1 + p), n nearest to x / ln 2, for x in -87.4 .. 88.8. Adding 1.5 * 2^23 rounds to a whole number and
 * leaves it in the low bits; converting to int instead would be undefined for NaN. */
static inline float float_exp_parts(float x, int32_t *n)
{
	const float shift = 12582912.0f;
	float shifted = x * 1.44269504f + shift, k = shifted - shift;
	float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
	float p = 1.98756915e-4f;
	p = p * r + 1.39819995e-3f;
	p = p * r + 8.33345190e-3f;
	p = p * r + 4.16657956e-2f;
	p = p * r + 1.66666655e-1f;
	p = p * r + 5.00000012e-1f;
	*n = x == x ? bits_of_float(shifted) - bits_of_float(shift) : 0;
	return p * r * r + r;
}

static inline float float_clamp_exponent(float x)
{
	float low = x < -87.33f ? -87.33f : x;
	return low > 88.73f ? 88.73f : low;
}

/* By bits, not by a choice: of a choice between 0 and y gcc makes a branch once a logarithm follows, and no vector code. */
static inline float float_exp(float x)
{
	int32_t n;
	float p = float_exp_parts(float_clamp_exponent(x), &n);
	float y = (1.0f + p) * float_power2(n - n / 2) * float_power2(n / 2);
	return float_of_bits(bits_of_float(y) & -!(x < -87.33f));
}

static inline float float_expm1(float x)
{
	int32_t n;
	float p = float_exp_parts(float_clamp_exponent(x), &n);
	float half = float_power2(n - 1 < -126 ? -126 : n - 1);
	return 2.0f * (half * p + (half - 0.5f));
}

/* Takes m in sqrt(1/2) .. sqrt(2) out of x = m * 2^n; ln m is a polynomial in m - 1. */
static inline float float_log(float x)
{
	int32_t bits = bits_of_float(x);
	int32_t n = (bits - 0x3f3504f3) >> 23;
	float f = float_of_bits(bits - n * (1 << 23)) - 1.0f, k = (float)n, square = f * f;
	float p = 7.0376836292e-2f;
	p = p * f - 1.1514610310e-1f;
	p = p * f + 1.1676998740e-1f;
	p = p * f - 1.2420140846e-1f;
	p = p * f + 1.4249322787e-1f;
	p = p * f - 1.6668057665e-1f;
	p = p * f + 2.0000714765e-1f;
	p = p * f - 2.4999993993e-1f;
	p = p * f + 3.3333331174e-1f;
	float y = (f + ((p * f * square + k * -2.12194440e-4f) - 0.5f * square)) + k * 0.693359375f;
	y = x == INFINITY || x != x ? x : y;
	y = x < 1.17549435e-38f ? -INFINITY : y;
	return x < 0.0f ? NAN : y;
}

/* The last term gives back what rounding 1 + x lost; it is NaN where the logarithm is infinite. */
static inline float float_log1p(float x)
{
	float u = 1.0f + x, lost = (x - (u - 1.0f)) / u;
	return float_log(u) + (lost == lost ? lost : 0.0f);
}

static inline float float_tanh(float x)
{
	float t = float_expm1(-2.0f * __builtin_fabsf(x));
	return __builtin_copysignf(t / (t + 2.0f), x);
}

/* ---- real ---- */

static inline real real_exp(real x)
{
	return sizeof(real) == sizeof(float) ? (real)float_exp((float)x) : (real)exp((double)x);
}

static inline real real_expm1(real x)
{
	return sizeof(real) == sizeof(float) ? (real)float_expm1((float)x) : (real)expm1((double)x);
}

static inline real real_log(real x)
{
	return sizeof(real) == sizeof(float) ? (real)float_log((float)x) : (real)log((double)x);
}

static inline real real_log1p(real x)
{
	return sizeof(real) == sizeof(float) ? (real)float_log1p((float)x) : (real)log1p((double)x);
}

static inline real real_tanh(real x)
{
	return sizeof(real) == sizeof(float) ? (real)float_tanh((float)x) : (real)tanh((double)x);
}

#endif
