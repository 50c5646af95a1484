/* The model at work: one thread takes what is queued, from however many requests, and sends it through together. It never
 * waits for more to come: under load requests queue while it computes, so batches grow by themselves. */
#include "serve.h"
#include "team.h"
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 64 };                    /* samples at once: more would gain little and take memory */

struct rt_batcher {
	const struct rt_model *model;
	const struct rt_code *code;
	struct rt_work work;
	float *samples, *labels, *predictions;      /* of the batch */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake, ready;
	struct rt_batch_job *first, **end;  /* the queue: jobs with samples that have not begun */
	bool started, stopping;             /* the team is there and the weights are packed; no jobs will come */
};

/* A part of a job's samples. */
struct part { struct rt_batch_job *job; long from, n; };

static void enqueue(struct rt_batcher *b, struct rt_batch_job *j)
{
	j->next = NULL;
	*b->end = j;
	b->end = &j->next;
}

static struct rt_batch_job *dequeue(struct rt_batcher *b)
{
	struct rt_batch_job *j = b->first;
	b->first = j->next;
	if (!b->first)
		b->end = &b->first;
	return j;
}

/* Takes samples from the queue's head until the batch is full; the number of parts. A job of which something is left goes to the
 * queue's end, so that none waits for all of a large one. */
static int take_parts(struct rt_batcher *b, struct part parts[BATCH])
{
	int n_parts = 0;
	for (long room = BATCH; b->first && room > 0; n_parts++) {
		struct rt_batch_job *j = dequeue(b);
		long left = j->n - j->begun, n = left < room ? left : room;
		parts[n_parts] = (struct part){j, j->begun, n};
		j->begun += n;
		room -= n;
		if (n < left)
			enqueue(b, j);
	}
	return n_parts;
}

static void compute(struct rt_batcher *b, const struct part *parts, int n_parts)
{
	size_t elements = rt_element_count(b->model), outputs = (size_t)b->model->outputs, n = 0;
	for (int i = 0; i < n_parts; n += (size_t)parts[i++].n)
		memcpy(b->samples + n * elements, parts[i].job->values + (size_t)parts[i].from * elements,
			(size_t)parts[i].n * elements * sizeof *b->samples);
	b->work.n = b->work.total = (int)n;
	b->code->evaluate(&b->work);
	n = 0;
	for (int i = 0; i < n_parts; n += (size_t)parts[i++].n)
		memcpy(parts[i].job->predictions + (size_t)parts[i].from * outputs, b->predictions + n * outputs,
			(size_t)parts[i].n * outputs * sizeof *b->predictions);
}

/* Jobs of which these parts were the last go back to whoever waits for them, all at once. */
static void hand_back(const struct part *parts, int n_parts)
{
	struct rt_batch_job *finished = NULL, **end = &finished;
	for (int i = 0; i < n_parts; i++) {
		struct rt_batch_job *j = parts[i].job;
		j->finished += parts[i].n;
		if (j->finished < j->n)
			continue;
		*end = j;
		end = &j->next;
	}
	*end = NULL;
	if (finished)
		finished->done(finished);
}

static void *work(void *argument)
{
	struct rt_batcher *b = argument;
	struct part parts[BATCH];
	b->work.thread_count = rt_team_start(b->work.thread_count);
	b->code->prepare(&b->work);
	pthread_mutex_lock(&b->lock);
	b->started = true;
	pthread_cond_signal(&b->ready);
	for (;;) {
		while (!b->first && !b->stopping)
			pthread_cond_wait(&b->wake, &b->lock);
		pthread_mutex_unlock(&b->lock);
		sched_yield();          /* where threads share a processor, those that read requests go first */
		pthread_mutex_lock(&b->lock);
		int n = take_parts(b, parts);
		if (!n)
			break;
		pthread_mutex_unlock(&b->lock);
		compute(b, parts, n);
		hand_back(parts, n);
		pthread_mutex_lock(&b->lock);
	}
	pthread_mutex_unlock(&b->lock);
	rt_team_stop();
	return NULL;
}

void rt_batcher_submit(struct rt_batcher *b, struct rt_batch_job *j)
{
	j->begun = j->finished = 0;
	pthread_mutex_lock(&b->lock);
	enqueue(b, j);
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
}

/* ---- memory ---- */

static int allocate(struct rt_batcher *b, int threads)
{
	const struct rt_model *m = b->model;
	const struct rt_code *code = b->code;
	struct rt_work *w = &b->work;
	w->samples = rt_reals(code->sample * BATCH, "the samples of a batch");
	w->threads = rt_reals(code->thread * (size_t)threads, "the threads; take fewer with --threads");
	w->fixed = rt_reals(code->fixed, "packed weights");
	w->loss = rt_reals(BATCH, "the losses");
	w->metrics = rt_reals((size_t)m->n_metrics * BATCH, "the metrics");
	b->samples = calloc(BATCH * rt_element_count(m), sizeof *b->samples);
	b->labels = calloc(BATCH, sizeof *b->labels);
	b->predictions = calloc((size_t)BATCH * (size_t)m->outputs, sizeof *b->predictions);
	if (!w->samples || !w->threads || !w->fixed || !w->loss || !w->metrics)
		return -1;
	if (!b->samples || !b->labels || !b->predictions)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for a batch");
	w->floats = b->samples;
	w->labels = b->labels;
	w->predictions = b->predictions;
	w->thread_count = threads;
	return 0;
}

static void release(struct rt_batcher *b)
{
	if (b->code->device)
		b->code->device->close(&b->work);
	real *const buffers[] = {b->work.samples, b->work.threads, b->work.fixed, b->work.loss, b->work.metrics};
	for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
		free(buffers[i]);
	free(b->samples);
	free(b->labels);
	free(b->predictions);
	free(b);
}

/* The worker's whole team is there when this returns: a program that says that it serves is not to end for want of a thread. */
static int start_worker(struct rt_batcher *b)
{
	const int error = pthread_create(&b->thread, NULL, work, b);
	if (error)
		return rt_fail(RT_SYSTEM_ERROR, "cannot start the thread that computes: %s", strerror(error));
	pthread_mutex_lock(&b->lock);
	while (!b->started)
		pthread_cond_wait(&b->ready, &b->lock);
	pthread_mutex_unlock(&b->lock);
	return 0;
}

struct rt_batcher *rt_batcher_start(const struct rt_model *m, const struct rt_code *code, real *weights, int threads)
{
	struct rt_batcher *b = calloc(1, sizeof *b);
	if (!b) {
		rt_fail(RT_SYSTEM_ERROR, "not enough memory to serve");
		return NULL;
	}
	*b = (struct rt_batcher){.model = m, .code = code, .work.weights = weights, .end = &b->first,
		.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .ready = PTHREAD_COND_INITIALIZER};
	if (!allocate(b, threads) && !(code->device && code->device->open(m, code, &b->work, BATCH)) && !start_worker(b))
		return b;
	release(b);
	return NULL;
}

void rt_batcher_stop(struct rt_batcher *b)
{
	pthread_mutex_lock(&b->lock);
	b->stopping = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	release(b);
}
