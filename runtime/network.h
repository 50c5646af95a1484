/* What moves numbers between hosts. The runtime knows no library for it: a program built for several hosts hands one over,
 * so that all others stay free of it and of C++. */
#ifndef TRAINC_NETWORK_H
#define TRAINC_NETWORK_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { RT_NETWORK_REASON = 512 };

/* This host among the job's, and how it tells the others where its connections end. */
struct rt_network_place {
	int rank, count;
	const char *address;                /* numeric, of this host, as the others reach it */
	int timeout;                        /* seconds that a host may be silent */
	/* Gives own, size bytes, to all hosts, and theirs, in order of ranks, to this one. 0, or -1. */
	int (*exchange)(void *context, const void *own, size_t size, void *all);
	void *context;
};

/* All hosts call the same functions in the same order. Each returns when its own part is done: 0, or -1 (open: NULL) with a
 * line in reason, RT_NETWORK_REASON bytes; after a failure only close may follow. */
struct rt_network {
	void *(*open)(const struct rt_network_place *place, char *reason);
	/* Each number becomes its sum over all hosts, with the same bits on all. */
	int (*sum)(void *link, float *numbers, size_t count, char *reason);
	/* own, size bytes, of every host into all, in order of ranks. */
	int (*gather)(void *link, const void *own, size_t size, void *all, char *reason);
	void (*close)(void *link);
};

#ifdef __cplusplus
}
#endif
#endif
