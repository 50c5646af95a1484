/* Memory that a thread keeps for the large arrays of its kernels: see cpu/scratch.h. This file needs nothing else of the
 * runtime, so that tests can build a step alone. */
#include "cpu/scratch.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_FAILED = 255 };

struct place { void *bytes; size_t size; };

static _Thread_local struct place places[RT_SCRATCH_PLACES];
static pthread_key_t at_end;            /* of a thread: its places are freed */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_places(void *of_thread)
{
	struct place *p = of_thread;
	for (int i = 0; i < RT_SCRATCH_PLACES; i++)
		free(p[i].bytes);
}

static void make_key(void)
{
	pthread_key_create(&at_end, free_places);
}

static void enlarge(struct place *p, size_t bytes)
{
	pthread_once(&once, make_key);
	pthread_setspecific(at_end, places);
	free(p->bytes);
	p->size = bytes;
	if (posix_memalign(&p->bytes, 64, bytes) == 0)
		return;
	fprintf(stderr, "SystemError: not enough memory for the arrays of a thread (%zu bytes)\n", bytes);
	_exit(EXIT_FAILED);
}

void *rt_scratch(enum rt_scratch_place place, size_t bytes)
{
	struct place *p = &places[place];
	if (p->size < bytes)
		enlarge(p, bytes);
	return p->bytes;
}
