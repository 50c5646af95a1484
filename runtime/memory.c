/* The large buffers of a job: allocated once before training, aligned for vectors, on huge pages if there are any. */
#define _GNU_SOURCE
#include "internal.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* In parallel, so that the pages lie near the threads that will work on them. */
static void clear(char *memory, size_t bytes)
{
	const size_t part = (size_t)1 << 20;
#pragma omp parallel for schedule(static)
	for (size_t at = 0; at < bytes; at += part)
		memset(memory + at, 0, bytes - at < part ? bytes - at : part);
}

void *rt_bytes(size_t bytes)
{
	const size_t huge_page = (size_t)2 << 20;
	void *memory = NULL;
	if (posix_memalign(&memory, bytes >= huge_page ? huge_page : 64, bytes))
		return NULL;
#ifdef MADV_HUGEPAGE
	if (bytes >= huge_page)
		madvise(memory, bytes, MADV_HUGEPAGE);  /* a wish: small pages do as well */
#endif
	return memory;
}

real *rt_reals(size_t count, const char *what)
{
	size_t bytes = 0;
	bool fits = !__builtin_mul_overflow(count, sizeof(real), &bytes) && bytes < SIZE_MAX / 2;
	bytes = bytes ? bytes : sizeof(real);
	void *memory = fits ? rt_bytes(bytes) : NULL;
	if (!memory) {
		rt_fail(RT_SYSTEM_ERROR, "not enough memory for %s (%.1f GB)", what, (double)count * (double)sizeof(real) / 1e9);
		return NULL;
	}
	clear(memory, bytes);
	return memory;
}
