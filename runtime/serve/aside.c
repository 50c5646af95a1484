/* A thread beside the loops: what takes a loop too long, as reading a large body, it does one after the other, while the loops go
 * on with other requests. */
#include "http.h"
#include <stdlib.h>
#include <string.h>

struct rt_aside {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct rt_batch_job *first, **end;
	bool stopping;
	void (*work)(struct rt_batch_job *j);
};

static struct rt_batch_job *next_job(struct rt_aside *a)
{
	pthread_mutex_lock(&a->lock);
	while (!a->first && !a->stopping)
		pthread_cond_wait(&a->wake, &a->lock);
	struct rt_batch_job *j = a->first;
	if (j)
		a->first = j->next;
	if (!a->first)
		a->end = &a->first;
	pthread_mutex_unlock(&a->lock);
	return j;
}

static void *run(void *argument)
{
	struct rt_aside *a = argument;
	for (struct rt_batch_job *j = next_job(a); j; j = next_job(a))
		a->work(j);
	return NULL;
}

struct rt_aside *rt_aside_start(void (*work)(struct rt_batch_job *j))
{
	struct rt_aside *a = calloc(1, sizeof *a);
	if (!a) {
		rt_fail(RT_SYSTEM_ERROR, "not enough memory to serve");
		return NULL;
	}
	*a = (struct rt_aside){.work = work, .end = &a->first, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
	const int error = pthread_create(&a->thread, NULL, run, a);
	if (!error)
		return a;
	rt_fail(RT_SYSTEM_ERROR, "cannot start a thread that reads large requests: %s", strerror(error));
	free(a);
	return NULL;
}

void rt_aside_submit(struct rt_aside *a, struct rt_batch_job *j)
{
	j->next = NULL;
	pthread_mutex_lock(&a->lock);
	*a->end = j;
	a->end = &j->next;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

void rt_aside_stop(struct rt_aside *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopping = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	free(a);
}
