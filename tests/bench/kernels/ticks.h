/* What the copy of step.c that is timed is compiled with: TIMED(number, call) makes the call and adds the time that it took,
 * in ticks of the processor's clock, to that of its number. One thread only. */
#ifndef BENCH_TICKS_H
#define BENCH_TICKS_H
#include <stdint.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

enum { MOST_CALLS = 4096 };
extern uint64_t ticks_of[MOST_CALLS];

static inline uint64_t ticks(void)
{
#ifdef __x86_64__
	return __rdtsc();
#else
	uint64_t now;
	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(now));
	return now;
#endif
}

#define TIMED(number, call) \
	do { \
		const uint64_t began = ticks(); \
		call; \
		ticks_of[number] += ticks() - began; \
	} while (0)

#endif
