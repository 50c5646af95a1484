/* The large buffers of a job: allocated once before training, aligned for vectors, on huge pages if there are any. */
#define _GNU_SOURCE
#include "internal.h"
#include "team.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct clearing { char *memory; size_t bytes; };

static void share_clearing(void *argument)
{
	const struct clearing *c = argument;
	const size_t part = (size_t)2 << 20;
	for (int i; (i = rt_team_next((int)((c->bytes + part - 1) / part))) >= 0;) {
		const size_t at = part * (size_t)i;
		memset(c->memory + at, 0, c->bytes - at < part ? c->bytes - at : part);
	}
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
	rt_team_run(share_clearing, &(struct clearing){memory, bytes});         /* touching new pages takes long */
	return memory;
}
