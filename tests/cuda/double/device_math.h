/* The device functions that C's math.h lacks: intrinsics, atomics, bits. Fast variants (__expf) are the exact ones
   here, so their error on a GPU goes unseen. Read by double.h. */
#pragma once

template <class A, class B> static inline std::common_type_t<A, B> min(A a, B b)
{
	using T = std::common_type_t<A, B>;
	return (T)b < (T)a ? (T)b : (T)a;
}

template <class A, class B> static inline std::common_type_t<A, B> max(A a, B b)
{
	using T = std::common_type_t<A, B>;
	return (T)a < (T)b ? (T)b : (T)a;
}

static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline double rsqrt(double x) { return 1.0 / sqrt(x); }
static inline float rsqrt(float x) { return rsqrtf(x); }
/* glibc declares these names for itself: macros, not functions. */
#define __expf expf
#define __logf logf
#define __log2f log2f
#define __sinf sinf
#define __cosf cosf
#define __sincosf sincosf
#define __powf powf
#define __tanhf tanhf

static inline float __fdividef(float x, float y) { return x / y; }
static inline float __saturatef(float x) { return x > 0.0f ? x < 1.0f ? x : 1.0f : 0.0f; }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __frsqrt_rn(float x) { return (float)(1.0 / sqrt((double)x)); }
static inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
static inline double __fma_rn(double x, double y, double z) { return fma(x, y, z); }

/* Rounded by themselves, never contracted with what stands beside them. */
static inline float __fadd_rn(float x, float y) { volatile float sum = x + y; return sum; }
static inline float __fsub_rn(float x, float y) { volatile float difference = x - y; return difference; }
static inline float __fmul_rn(float x, float y) { volatile float product = x * y; return product; }
static inline float __fdiv_rn(float x, float y) { volatile float quotient = x / y; return quotient; }
static inline double __dadd_rn(double x, double y) { volatile double sum = x + y; return sum; }
static inline double __dmul_rn(double x, double y) { volatile double product = x * y; return product; }

static inline int __float2int_rn(float x) { return (int)rintf(x); }
static inline int __float2int_rz(float x) { return (int)x; }
static inline int __float2int_rd(float x) { return (int)floorf(x); }
static inline int __float2int_ru(float x) { return (int)ceilf(x); }
static inline unsigned __float2uint_rn(float x) { return (unsigned)rintf(x); }
static inline float __int2float_rn(int x) { return (float)x; }
static inline float __uint2float_rn(unsigned x) { return (float)x; }

/* --- bits --- */

template <class To, class From> static inline To double_bits(From from)
{
	static_assert(sizeof(To) == sizeof(From), "the same number of bits");
	To to;
	memcpy(&to, &from, sizeof to);
	return to;
}

static inline int __float_as_int(float x) { return double_bits<int>(x); }
static inline unsigned __float_as_uint(float x) { return double_bits<unsigned>(x); }
static inline float __int_as_float(int x) { return double_bits<float>(x); }
static inline float __uint_as_float(unsigned x) { return double_bits<float>(x); }
static inline long long __double_as_longlong(double x) { return double_bits<long long>(x); }
static inline double __longlong_as_double(long long x) { return double_bits<double>(x); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
static inline int __mulhi(int a, int b) { return (int)((int64_t)a * b >> 32); }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b)
{
	return (unsigned long long)((unsigned __int128)a * b >> 64);
}
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
static inline int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }
static inline unsigned __brev(unsigned x)
{
	unsigned reversed = 0;
	for (int i = 0; i < 32; i++)
		reversed |= (x >> i & 1) << (31 - i);
	return reversed;
}

/* --- memory --- */

template <class T> static inline T __ldg(const T *from) { return *from; }
template <class T> static inline T __ldcs(const T *from) { return *from; }
template <class T> static inline T __ldcg(const T *from) { return *from; }
template <class T> static inline void __stcs(T *to, T value) { *to = value; }
template <class T> static inline void __stcg(T *to, T value) { *to = value; }
static inline void __threadfence() {}
static inline void __threadfence_block() {}
static inline void __threadfence_system() {}
static inline void __nanosleep(unsigned) {}
static inline void __trap() { __builtin_trap(); }

/* One thread runs at a time, so these are plain. The pointer alone says what T is. */
template <class T> using double_same = typename std::common_type<T>::type;

template <class T> static inline T atomicExch(T *at, double_same<T> value)
{
	T old = *at;
	*at = value;
	return old;
}

template <class T> static inline T atomicAdd(T *at, double_same<T> value) { return atomicExch(at, (T)(*at + value)); }
template <class T> static inline T atomicSub(T *at, double_same<T> value) { return atomicExch(at, (T)(*at - value)); }
template <class T> static inline T atomicMin(T *at, double_same<T> value) { return atomicExch(at, min(*at, value)); }
template <class T> static inline T atomicMax(T *at, double_same<T> value) { return atomicExch(at, max(*at, value)); }
template <class T> static inline T atomicAnd(T *at, double_same<T> value) { return atomicExch(at, (T)(*at & value)); }
template <class T> static inline T atomicOr(T *at, double_same<T> value) { return atomicExch(at, (T)(*at | value)); }
template <class T> static inline T atomicXor(T *at, double_same<T> value) { return atomicExch(at, (T)(*at ^ value)); }
template <class T> static inline T atomicCAS(T *at, double_same<T> wanted, double_same<T> value)
{
	return atomicExch(at, *at == wanted ? (T)value : *at);
}
static inline unsigned atomicInc(unsigned *at, unsigned most) { return atomicExch(at, *at >= most ? 0u : *at + 1); }
