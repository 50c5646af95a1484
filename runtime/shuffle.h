/* The epoch's order of samples: a permutation of 0 … samples - 1 of which any place can be computed by itself. C and CUDA.
 *
 * A Feistel network permutes the smallest power of 4 that holds all samples; where it leads out of them it is applied once
 * more ("cycle walking": Black, Rogaway, "Ciphers with arbitrary finite domains", 2002; for shuffles: Mitchell et al.,
 * "Bandwidth-optimal random shuffling for GPUs", 2022). Rounds mix with MurmurHash3's finalizer.
 */
#ifndef TRAINC_SHUFFLE_H
#define TRAINC_SHUFFLE_H
#include <stdint.h>

#ifdef __cplusplus
#define RT_BOTH __host__ __device__ static inline
#else
#define RT_BOTH static inline
#endif

enum { RT_SHUFFLE_ROUNDS = 8 };

struct rt_shuffle { uint32_t samples, half_bits, keys[RT_SHUFFLE_ROUNDS]; };

RT_BOTH uint32_t rt_shuffle_mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x85ebca6bu;
	x ^= x >> 13;
	x *= 0xc2b2ae35u;
	return x ^ x >> 16;
}

/* Which sample stands at place i < samples. */
RT_BOTH uint32_t rt_shuffle_at(const struct rt_shuffle *s, uint32_t i)
{
	const uint32_t mask = (1u << s->half_bits) - 1;
	do {
		uint32_t left = i >> s->half_bits, right = i & mask;
		for (int round = 0; round < RT_SHUFFLE_ROUNDS; round++) {
			const uint32_t next = left ^ (rt_shuffle_mix(right ^ s->keys[round]) & mask);
			left = right;
			right = next;
		}
		i = left << s->half_bits | right;
	} while (i >= s->samples);
	return i;
}

#endif
