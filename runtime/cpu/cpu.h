/* What generated kernels are written in: vectors of LANES reals, whatever the machine.
 *
 * GCC vector types do the arithmetic; the few instructions that they cannot say stand here behind #ifdef, each with a
 * plain form for other machines. Pointers need no alignment beyond a real's.
 */
#ifndef TRAINC_CPU_H
#define TRAINC_CPU_H
#include <stdbool.h>
#include "hints.h"
#include "philox.h"
#include "real.h"
#include "scratch.h"

#if defined(__AVX__) || defined(__AVX512F__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* A test may give others, to see what a machine that it does not have would compute. */
#ifdef VECTOR_BYTES
#elif defined(__AVX512F__)
#define VECTOR_BYTES 64
#define VECTOR_REGISTERS 32
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#define VECTOR_REGISTERS 16
#else
#define VECTOR_BYTES 16
#ifdef __aarch64__
#define VECTOR_REGISTERS 32
#else
#define VECTOR_REGISTERS 16
#endif
#endif

enum {
	LANES = VECTOR_BYTES / (int)sizeof(real),
	REGISTERS = VECTOR_REGISTERS,
	MAX_LANES = 16                  /* of any machine: packs are padded to it, so that one plan serves all */
};

typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
/* Local arrays that vectors are loaded from, each within a cache line */
#define ALIGNED _Alignas(64)

typedef real vec_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));
typedef __typeof__(__builtin_choose_expr(sizeof(real) == sizeof(int32_t), (int32_t)0, (int64_t)0)) real_bits;
typedef real_bits vec_mask __attribute__((vector_size(VECTOR_BYTES)));      /* lanes are 0 or -1 */

INLINE vec vec_load(const real *p)
{
	return *(const vec_anywhere *)p;
}

INLINE void vec_store(real *p, vec v)
{
	*(vec_anywhere *)p = v;
}

INLINE vec vec_broadcast(real x)
{
	return x - (vec){0};
}

INLINE vec_mask vec_first(int n)
{
	vec_mask lanes = {0};
	for (int i = 0; i < LANES; i++)
		lanes[i] = i;
	return (vec_mask)(lanes < n - (vec_mask){0});
}

/* yes where the mask is -1, no where it is 0 */
INLINE vec vec_select(vec_mask mask, vec yes, vec no)
{
#if defined(__AVX512F__)
	if (sizeof(real) == sizeof(float))
		return (vec)_mm512_mask_mov_ps((__m512)no, _mm512_movepi32_mask((__m512i)mask), (__m512)yes);
	return (vec)_mm512_mask_mov_pd((__m512d)no, _mm512_movepi64_mask((__m512i)mask), (__m512d)yes);
#elif defined(__AVX__)
	if (sizeof(real) == sizeof(float))
		return (vec)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)mask);
	return (vec)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)mask);
#else
	return (vec)((mask & (vec_mask)yes) | (~mask & (vec_mask)no));
#endif
}

/* A bit for each lane, the first lane's lowest */
INLINE uint32_t vec_bits(vec_mask mask)
{
#if defined(__AVX512F__)
	return sizeof(real) == sizeof(float) ? (uint32_t)_mm512_movepi32_mask((__m512i)mask)
		: (uint32_t)_mm512_movepi64_mask((__m512i)mask);
#elif defined(__AVX__)
	return sizeof(real) == sizeof(float) ? (uint32_t)_mm256_movemask_ps((__m256)mask)
		: (uint32_t)_mm256_movemask_pd((__m256d)mask);
#else
	uint32_t bits = 0;
	for (int i = 0; i < LANES; i++)
		bits |= (uint32_t)(mask[i] & 1) << i;
	return bits;
#endif
}

INLINE real vec_sum(vec v)
{
	real s[LANES];
	vec_store(s, v);
	for (int half = LANES / 2; half > 0; half /= 2)
		for (int i = 0; i < half; i++)
			s[i] += s[i + half];
	return s[0];
}

/* The first n lanes (0 < n < LANES); the others are 0 and their memory is not touched. */
INLINE vec vec_load_tail(const real *p, int n)
{
#if defined(__AVX512F__)
	if (sizeof(real) == sizeof(float))
		return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
	return (vec)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p);
#elif defined(__AVX__)
	if (sizeof(real) == sizeof(float))
		return (vec)_mm256_maskload_ps((const float *)p, (__m256i)vec_first(n));
	return (vec)_mm256_maskload_pd((const double *)p, (__m256i)vec_first(n));
#else
	vec v = {0};                    /* lane by lane: memcpy would go through the stack */
	UNROLL for (int i = 0; i < LANES; i++)
		if (i < n)
			v[i] = p[i];
	return v;
#endif
}

INLINE void vec_store_tail(real *p, vec v, int n)
{
#if defined(__AVX512F__)
	if (sizeof(real) == sizeof(float))
		_mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
	else
		_mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m512d)v);
#elif defined(__AVX__)
	/* Piece by piece: memcpy would take v's address, and with it whole arrays of sums out of registers. */
	if (sizeof(real) == sizeof(float)) {
		__m128 part = _mm256_castps256_ps128((__m256)v);
		if (n & 4) {
			_mm_storeu_ps((float *)p, part);
			part = _mm256_extractf128_ps((__m256)v, 1);
		}
		if (n & 2) {
			_mm_storel_pi((__m64 *)(p + (n & 4)), part);
			part = _mm_movehl_ps(part, part);
		}
		if (n & 1)
			_mm_store_ss((float *)p + (n & 6), part);
	} else {
		__m128d part = _mm256_castpd256_pd128((__m256d)v);
		if (n & 2) {
			_mm_storeu_pd((double *)p, part);
			part = _mm256_extractf128_pd((__m256d)v, 1);
		}
		if (n & 1)
			_mm_store_sd((double *)p + (n & 2), part);
	}
#else
	UNROLL for (int i = 0; i < LANES; i++)
		if (i < n)
			p[i] = v[i];
#endif
}

/* Lanes c .. of a row of n channels, c a multiple of LANES: a whole vector or the tail. A constant n leaves no branch
 * where it is a multiple of LANES. */
INLINE bool vec_whole(int c, int n)
{
	return n % LANES == 0 || n - c >= LANES;
}

INLINE vec vec_load_channels(const real *p, int c, int n)
{
	return vec_whole(c, n) ? vec_load(p + c) : vec_load_tail(p + c, n % LANES);
}

INLINE void vec_store_channels(real *p, vec v, int c, int n)
{
	if (vec_whole(c, n))
		vec_store(p + c, v);
	else
		vec_store_tail(p + c, v, n % LANES);
}

/* Which of the numbers at p, the first n of at most 64, are not zero: a bit each, the first's lowest */
INLINE uint64_t vec_nonzero(const real *p, int n)
{
	uint64_t bits = 0;
	UNROLL for (int c = 0; c < 64; c += LANES)
		if (c < n)
			bits |= (uint64_t)vec_bits((vec_mask)(vec_load_channels(p, c, n) != 0)) << c;
	return bits;
}

/* ---- squares of LANES x LANES ---- */

/* a[from], b[from], a[from + 1], b[from + 1] … */
INLINE vec vec_interleave(vec a, vec b, int from)
{
#if defined(__AVX512F__)
	vec_mask lanes = {0};
	UNROLL for (int i = 0; i < LANES; i++)
		lanes[i] = from + i / 2 + i % 2 * LANES;
	if (sizeof(real) == sizeof(float))
		return (vec)_mm512_permutex2var_ps((__m512)a, (__m512i)lanes, (__m512)b);
	return (vec)_mm512_permutex2var_pd((__m512d)a, (__m512i)lanes, (__m512d)b);
#else
	vec v = {0};
	UNROLL for (int i = 0; i < LANES; i++)
		v[i] = i % 2 ? b[from + i / 2] : a[from + i / 2];
	return v;
#endif
}

/* Brings rows that are half of all apart together. */
INLINE void vec_interleave_rows(vec v[LANES])
{
	vec next[LANES];
	UNROLL for (int i = 0; i < LANES; i++)
		next[i] = vec_interleave(v[i / 2], v[i / 2 + LANES / 2], i % 2 * LANES / 2);
	UNROLL for (int i = 0; i < LANES; i++)
		v[i] = next[i];
}

/* Row i becomes column i. */
INLINE void vec_transpose(vec v[LANES])
{
	vec_interleave_rows(v);
	if (LANES > 2)
		vec_interleave_rows(v);
	if (LANES > 4)
		vec_interleave_rows(v);
	if (LANES > 8)
		vec_interleave_rows(v);
}

/* ---- bytes beside vectors: masks and places in pooling windows ---- */

typedef int8_t vec_bytes __attribute__((vector_size(LANES)));

/* GCC 12 would widen lane by lane. */
INLINE vec_mask vec_widen(vec_bytes bytes)
{
#if defined(__AVX512F__)
	if (sizeof(real) == sizeof(float)) {
		__m128i all = _mm_setzero_si128();
		memcpy(&all, &bytes, sizeof bytes);
		return (vec_mask)_mm512_cvtepi8_epi32(all);
	}
#elif defined(__AVX2__)
	int64_t all = 0;
	memcpy(&all, &bytes, sizeof bytes);
	if (sizeof(real) == sizeof(float))
		return (vec_mask)_mm256_cvtepi8_epi32(_mm_cvtsi64_si128(all));
#elif defined(__SSE2__) && !defined(__AVX__)
	int32_t all = 0;
	memcpy(&all, &bytes, sizeof bytes);
	if (sizeof(real) == sizeof(float)) {
		const __m128i b = _mm_cvtsi32_si128(all), pairs = _mm_unpacklo_epi8(b, b);
		return (vec_mask)_mm_srai_epi32(_mm_unpacklo_epi16(pairs, pairs), 24);
	}
#elif defined(__aarch64__)
	int32_t all = 0;
	memcpy(&all, &bytes, sizeof bytes);
	if (sizeof(real) == sizeof(float))
		return (vec_mask)vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(all)))));
#endif
	return __builtin_convertvector(bytes, vec_mask);
}

INLINE vec_bytes vec_narrow(vec_mask v)
{
#if defined(__AVX2__) && !defined(__AVX512F__)
	if (sizeof(real) == sizeof(float)) {
		__m128i words = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
		int64_t all = _mm_cvtsi128_si64(_mm_packs_epi16(words, words));
		vec_bytes bytes;
		memcpy(&bytes, &all, sizeof bytes);
		return bytes;
	}
#elif defined(__SSE2__) && !defined(__AVX__)
	if (sizeof(real) == sizeof(float)) {
		const __m128i words = _mm_packs_epi32((__m128i)v, (__m128i)v);
		const int32_t all = _mm_cvtsi128_si32(_mm_packs_epi16(words, words));
		vec_bytes bytes;
		memcpy(&bytes, &all, sizeof bytes);
		return bytes;
	}
#elif defined(__aarch64__)
	if (sizeof(real) == sizeof(float)) {
		const int16x4_t words = vmovn_s32((int32x4_t)v);
		const int32_t all = vget_lane_s32(vreinterpret_s32_s8(vmovn_s16(vcombine_s16(words, words))), 0);
		vec_bytes bytes;
		memcpy(&bytes, &all, sizeof bytes);
		return bytes;
	}
#endif
	return __builtin_convertvector(v, vec_bytes);
}

/* Bytes c .. of a row of n, sign-extended: 0xff becomes -1. */
INLINE vec_mask vec_load_bytes(const uint8_t *p, int c, int n)
{
	vec_bytes bytes = {0};
	if (vec_whole(c, n))
		memcpy(&bytes, p + c, LANES);
	else
		memcpy(&bytes, p + c, (size_t)(n % LANES));
	return vec_widen(bytes);
}

/* Each lane, -128 .. 127, as a byte. */
INLINE void vec_store_bytes(uint8_t *p, vec_mask v, int c, int n)
{
	vec_bytes bytes = vec_narrow(v);
	if (vec_whole(c, n))
		memcpy(p + c, &bytes, LANES);
	else
		memcpy(p + c, &bytes, (size_t)(n % LANES));
}

/* The largest of a 2x2 window, the first of equals, and its number 0 .. 3 in *which. */
INLINE vec vec_largest(vec a0, vec a1, vec a2, vec a3, vec_mask *which)
{
#if defined(__AVX512F__)
	if (sizeof(real) == sizeof(float)) {            /* masks of their own, which vectors of GCC's go back and forth between */
		const __mmask16 right_top = _mm512_cmp_ps_mask((__m512)a1, (__m512)a0, _CMP_GT_OS);
		const __mmask16 right_bottom = _mm512_cmp_ps_mask((__m512)a3, (__m512)a2, _CMP_GT_OS);
		const __m512 top = _mm512_mask_mov_ps((__m512)a0, right_top, (__m512)a1);
		const __m512 bottom = _mm512_mask_mov_ps((__m512)a2, right_bottom, (__m512)a3);
		const __mmask16 below = _mm512_cmp_ps_mask(bottom, top, _CMP_GT_OS);
		const __m512i number = _mm512_maskz_set1_epi32(right_top, 1);
		*which = (vec_mask)_mm512_mask_add_epi32(number, below, _mm512_maskz_set1_epi32(right_bottom, 1), _mm512_set1_epi32(2));
		return (vec)_mm512_mask_mov_ps(top, below, bottom);
	}
#endif
	vec_mask right_top = (vec_mask)(a1 > a0), right_bottom = (vec_mask)(a3 > a2);
	vec top = vec_select(right_top, a1, a0), bottom = vec_select(right_bottom, a3, a2);
	vec_mask below = (vec_mask)(bottom > top);
	*which = (below & 2) | ((vec_mask)vec_select(below, (vec)right_bottom, (vec)right_top) & 1);
	return vec_select(below, bottom, top);
}

/* ---- what is needed soon ---- */

enum { ASK_ARRAYS = 3 };

/* Numbers that are to come from memory while others are multiplied: each part of the work asks for as large a part of them. */
struct asking { const real *at[ASK_ARRAYS], *end[ASK_ARRAYS]; int arrays, parts; };

INLINE void ask_for(struct asking *a, const real *from, ptrdiff_t n)
{
	a->at[a->arrays] = from;
	a->end[a->arrays++] = from + n;
}

/* One part; NULL: nothing */
INLINE void ask_part(struct asking *a)
{
	enum { LINE = 64 / (int)sizeof(real) };
	if (!a || a->parts <= 0)
		return;
	for (int i = 0; i < a->arrays; i++) {
		const ptrdiff_t lines = (a->end[i] - a->at[i]) / (LINE * a->parts);
		for (ptrdiff_t k = 0; k <= lines && a->at[i] < a->end[i]; k++, a->at[i] += LINE)
			__builtin_prefetch(a->at[i], 0, 2);
	}
	a->parts--;
}

#endif
