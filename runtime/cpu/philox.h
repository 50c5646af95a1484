/* Random words by counter: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 *
 * The word of an element depends on seed, stream (the layer), step, sample (its index in the global batch) and element
 * alone: key = seed, stream; counter = element / 4, sample, step; word element % 4. So it is the same for any number of
 * threads and any instruction set. A word w is uniform over 0 .. 2^32 - 1.
 */
#ifndef TRAINC_PHILOX_H
#define TRAINC_PHILOX_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "hints.h"
#ifdef __AVX2__
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

struct philox { uint32_t key[2], sample; uint64_t step; };

static inline struct philox philox_of(uint64_t seed, uint32_t stream, uint64_t step, uint32_t sample)
{
	return (struct philox){{(uint32_t)seed, (uint32_t)(seed >> 32) ^ stream}, sample, step};
}

#ifdef __AVX512BW__
#define PHILOX_BYTES 64
#define PHILOX_GROUPS 1
#elif defined(__AVX2__)
#define PHILOX_BYTES 32
#define PHILOX_GROUPS 2
#else
#define PHILOX_BYTES 16
#define PHILOX_GROUPS 2
#endif
/* Counters go side by side in lanes of 64 bits, and in several groups so that one's multiplications hide another's. */
enum { PHILOX_ROUNDS = 10, PHILOX_LANES = PHILOX_BYTES / 8, PHILOX_BLOCK = 32 };

/* Only the low half of a lane counts, so the high half of a product may stay in it. */
typedef uint64_t philox_lanes __attribute__((vector_size(PHILOX_BYTES)));

INLINE philox_lanes philox_multiply(philox_lanes a, uint32_t b)
{
#ifdef __AVX512BW__
	return (philox_lanes)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(b));
#elif defined(__AVX2__)
	return (philox_lanes)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(b));
#elif defined(__SSE2__)
	return (philox_lanes)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x(b));
#elif defined(__aarch64__)
	return (philox_lanes)vmull_n_u32(vmovn_u64((uint64x2_t)a), b);
#else
	return (a & 0xffffffffu) * (uint64_t)b;
#endif
}

/* w[j][g] = word j of the group's counters: counter + PHILOX_LANES * g and those after it */
INLINE void philox_rounds(const struct philox *p, uint32_t counter, philox_lanes w[4][PHILOX_GROUPS])
{
	const philox_lanes zero = {0};
	UNROLL for (uint32_t g = 0; g < PHILOX_GROUPS; g++) {
		uint64_t counters[PHILOX_LANES];
		for (uint32_t i = 0; i < PHILOX_LANES; i++)
			counters[i] = counter + PHILOX_LANES * g + i;
		memcpy(&w[0][g], counters, sizeof counters);
		w[1][g] = p->sample + zero;
		w[2][g] = (uint32_t)p->step + zero;
		w[3][g] = (uint32_t)(p->step >> 32) + zero;
	}
	UNROLL for (uint32_t round = 0; round < PHILOX_ROUNDS; round++) {
		uint32_t key0 = p->key[0] + round * 0x9E3779B9u, key1 = p->key[1] + round * 0xBB67AE85u;
		UNROLL for (int g = 0; g < PHILOX_GROUPS; g++) {
			philox_lanes a = philox_multiply(w[0][g], 0xD2511F53u), b = philox_multiply(w[2][g], 0xCD9E8D57u);
			w[0][g] = (b >> 32) ^ (w[1][g] ^ key0);
			w[2][g] = (a >> 32) ^ (w[3][g] ^ key1);
			w[1][g] = b;
			w[3][g] = a;
		}
	}
}

/* The word of one element. */
static inline uint32_t philox_word(const struct philox *p, uint32_t element)
{
	philox_lanes w[4][PHILOX_GROUPS];
	philox_rounds(p, element / 4, w);
	return (uint32_t)w[element % 4][0][0];
}

/* words[i] = word of element first + i. first is a multiple of 4; words has room for count rounded up to PHILOX_BLOCK. */
static inline void philox_words(const struct philox *p, uint32_t first, uint32_t count, uint32_t *words)
{
	for (uint32_t done = 0; done < count; done += 4 * PHILOX_LANES * PHILOX_GROUPS) {
		philox_lanes w[4][PHILOX_GROUPS];
		philox_rounds(p, (first + done) / 4, w);
		UNROLL for (uint32_t g = 0; g < PHILOX_GROUPS; g++) {
			philox_lanes low = (w[0][g] & 0xffffffffu) | w[1][g] << 32;
			philox_lanes high = (w[2][g] & 0xffffffffu) | w[3][g] << 32, pairs[2];
#ifdef __AVX512BW__
			pairs[0] = __builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11);
			pairs[1] = __builtin_shufflevector(low, high, 4, 12, 5, 13, 6, 14, 7, 15);
#elif defined(__AVX2__)
			pairs[0] = __builtin_shufflevector(low, high, 0, 4, 1, 5);
			pairs[1] = __builtin_shufflevector(low, high, 2, 6, 3, 7);
#else
			pairs[0] = __builtin_shufflevector(low, high, 0, 2);
			pairs[1] = __builtin_shufflevector(low, high, 1, 3);
#endif
			memcpy(words + done + 4 * PHILOX_LANES * g, pairs, sizeof pairs);
		}
	}
}

/* An element is dropped when its word is below rate * 2^32. */
static inline uint32_t philox_threshold(double rate)
{
	return (uint32_t)(rate * 4294967296.0);
}

/* keep[i] = 0xff, or 0 where element first + i is dropped. first is a multiple of 4; keep has room for count rounded up to
 * PHILOX_BLOCK. */
static inline void philox_keep(const struct philox *p, uint32_t first, uint32_t count, double rate, uint8_t *keep)
{
	const uint32_t threshold = philox_threshold(rate);
	for (uint32_t done = 0; done < count; done += PHILOX_BLOCK) {
		uint32_t words[PHILOX_BLOCK];
		philox_words(p, first + done, PHILOX_BLOCK, words);
#ifdef __AVX512BW__
		const __m512i least = _mm512_set1_epi32((int)threshold);
		const uint32_t low = _mm512_cmpge_epu32_mask(_mm512_loadu_si512(words), least);
		const uint32_t high = _mm512_cmpge_epu32_mask(_mm512_loadu_si512(words + 16), least);
		_mm512_mask_storeu_epi8(keep + done, 0xffffffff, _mm512_movm_epi8(low | (uint64_t)high << 16));
#else
		for (int i = 0; i < PHILOX_BLOCK; i++)
			keep[done + (uint32_t)i] = words[i] >= threshold ? 0xff : 0;
#endif
	}
}

#endif
