/* How the hosts of a job find each other, and notice that one is gone. */
#ifndef TRAINC_MEET_H
#define TRAINC_MEET_H
#include "internal.h"
#include <pthread.h>

struct rt_meeting {
	const struct rt_hosts *hosts;
	double deadline;                    /* seconds of the monotonic clock */
	int *sockets;                       /* [rank]; of hosts but the first only [0] */
	char address[RT_ADDRESS];           /* of this host, as the others reach it */
	const char *prefix;                 /* where the watch leaves its reason */
	bool watching;
	pthread_t watch;
	atomic_bool over;                   /* what becomes of the others is of no interest any more */
};

/* Waits until all hosts are there, at most h->timeout seconds; -1 after rt_fail, which names who is missing. The caller calls
 * rt_meeting_close on failure too. */
int rt_meeting_open(struct rt_meeting *m, const struct rt_hosts *h);
/* size bytes of each host, the same number on all, to all: all, in order of ranks. -1 after rt_fail. */
int rt_meeting_exchange(struct rt_meeting *m, const void *own, size_t size, void *all);
/* From here on a host whose connection ends without a goodbye ends this process, with the reason in prefix/output/failure: at
 * once would be soon enough, but who waits for its numbers notices, too, most of the time, and is given 2 seconds to end in
 * good order. (Gloo 0.5 may not notice while it sends.) -1 after rt_fail. */
int rt_meeting_watch(struct rt_meeting *m, const char *prefix);
/* Ends the watch. well: says goodbye to the others, for whom this host is not lost then. */
void rt_meeting_close(struct rt_meeting *m, bool well);

#endif
