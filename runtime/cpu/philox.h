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
#ifdef __AVX2__
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

struct philox { uint32_t key[2], sample; uint64_t step; };

static inline struct philox philox_of(uint64_t seed, uint32_t stream, uint64_t step, uint32_t sample)
{
	return (struct philox){{(uint32_t)seed, (uint32_t)(seed >> 32) ^ stream}, sample, step};
}

#ifdef __AVX2__
#define PHILOX_BYTES 32
#else
#define PHILOX_BYTES 16
#endif
enum { PHILOX_ROUNDS = 10, PHILOX_LANES = PHILOX_BYTES / 8, PHILOX_BLOCK = 16 };

/* Counters side by side; only the low half of a lane counts, so the high half of a product may stay in it. */
typedef uint64_t philox_lanes __attribute__((vector_size(PHILOX_BYTES)));

static inline philox_lanes philox_multiply(philox_lanes a, uint32_t b)
{
#ifdef __AVX2__
	return (philox_lanes)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(b));
#elif defined(__SSE2__)
	return (philox_lanes)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x(b));
#else
	return (a & 0xffffffffu) * (uint64_t)b;
#endif
}

/* w[j] = word j of counters counter .. counter + PHILOX_LANES - 1 */
static inline void philox_rounds(const struct philox *p, uint32_t counter, philox_lanes w[4])
{
	const philox_lanes zero = {0};
	philox_lanes w0, w1 = p->sample + zero;
	philox_lanes w2 = (uint32_t)p->step + zero, w3 = (uint32_t)(p->step >> 32) + zero;
	for (uint32_t i = 0; i < PHILOX_LANES; i++)
		w0[i] = counter + i;
	for (uint32_t round = 0; round < PHILOX_ROUNDS; round++) {
		uint32_t key0 = p->key[0] + round * 0x9E3779B9u, key1 = p->key[1] + round * 0xBB67AE85u;
		philox_lanes a = philox_multiply(w0, 0xD2511F53u), b = philox_multiply(w2, 0xCD9E8D57u);
		w0 = (b >> 32) ^ w1 ^ key0;
		w2 = (a >> 32) ^ w3 ^ key1;
		w1 = b;
		w3 = a;
	}
	w[0] = w0;
	w[1] = w1;
	w[2] = w2;
	w[3] = w3;
}

/* The word of one element. */
static inline uint32_t philox_word(const struct philox *p, uint32_t element)
{
	philox_lanes w[4];
	philox_rounds(p, element / 4, w);
	return (uint32_t)w[element % 4][0];
}

/* words[i] = word of element first + i. first is a multiple of 4; words has room for count rounded up to PHILOX_BLOCK. */
static inline void philox_words(const struct philox *p, uint32_t first, uint32_t count, uint32_t *words)
{
	for (uint32_t done = 0; done < count; done += 4 * PHILOX_LANES) {
		philox_lanes w[4];
		philox_rounds(p, (first + done) / 4, w);
		philox_lanes low = (w[0] & 0xffffffffu) | w[1] << 32, high = (w[2] & 0xffffffffu) | w[3] << 32;
		for (int i = 0; i < PHILOX_LANES; i++) {
			uint64_t pair[2] = {low[i], high[i]};
			memcpy(words + done + 4 * i, pair, sizeof pair);
		}
	}
}

/* An element is dropped when its word is below rate * 2^32. */
static inline uint32_t philox_threshold(double rate)
{
	return (uint32_t)(rate * 4294967296.0);
}

#endif
