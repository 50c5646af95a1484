/* Random words by counter, the same as runtime/cpu/philox.h's: Philox4x32-10 (Salmon et al., "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011). Elements 4 c … 4 c + 3 of a sample share the counter c. */
#ifndef TRAINC_CUDA_PHILOX_CUH
#define TRAINC_CUDA_PHILOX_CUH
#include <stdint.h>

struct philox { uint32_t key[2], sample; uint64_t step; };

__device__ static inline philox philox_of(uint64_t seed, uint32_t stream, uint64_t step, uint32_t sample)
{
	return philox{{(uint32_t)seed, (uint32_t)(seed >> 32) ^ stream}, sample, step};
}

/* words[j] = the word of element 4 * counter + j */
__device__ static inline void philox_words(const philox &p, uint32_t counter, uint32_t words[4])
{
	uint32_t w[4] = {counter, p.sample, (uint32_t)p.step, (uint32_t)(p.step >> 32)};
#pragma unroll
	for (uint32_t round = 0; round < 10; round++) {
		const uint64_t a = (uint64_t)w[0] * 0xD2511F53u, b = (uint64_t)w[2] * 0xCD9E8D57u;
		const uint32_t key0 = p.key[0] + round * 0x9E3779B9u, key1 = p.key[1] + round * 0xBB67AE85u;
		w[0] = (uint32_t)(b >> 32) ^ w[1] ^ key0;
		w[2] = (uint32_t)(a >> 32) ^ w[3] ^ key1;
		w[1] = (uint32_t)b;
		w[3] = (uint32_t)a;
	}
	for (int j = 0; j < 4; j++)
		words[j] = w[j];
}

/* The word of one element. */
__device__ static inline uint32_t philox_word(const philox &p, uint32_t element)
{
	uint32_t words[4];
	philox_words(p, element / 4, words);
	return element % 4 == 0 ? words[0] : element % 4 == 1 ? words[1] : element % 4 == 2 ? words[2] : words[3];
}

/* An element is dropped when its word is below rate * 2^32. */
__device__ static inline uint32_t philox_threshold(double rate)
{
	return (uint32_t)(rate * 4294967296.0);
}

#endif
