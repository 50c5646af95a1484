/* A team of threads that meet at one kind of barrier: to begin a run, between its loops, and to end it. A thread that waits
 * spins for at most half a millisecond and then sleeps: where other processes or a quota take part of the processors, longer
 * spinning takes time from the thread that is waited for. */
#define _GNU_SOURCE
#include "internal.h"
#include "team.h"
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

enum {
	LOOPS = 16,                     /* the most that a thread can be ahead of another */
	SPINS = 10000,
	SPINS_CROWDED = 100,            /* where there are more threads than processors */
	LINE = 64                       /* bytes that processors share at once */
};

struct loop { _Alignas(LINE) atomic_int next; };

struct team {
	_Alignas(LINE) atomic_uint phase;       /* how often all threads have met */
	atomic_int sleepers;
	_Alignas(LINE) atomic_int arrived;      /* threads that wait for the others */
	struct loop loops[LOOPS];               /* those since the threads met */
	_Alignas(LINE) atomic_int threads;
	int spins;
	void (*body)(void *argument);           /* NULL: the threads are to end */
	void *argument;
	pthread_t *others;
};

/* What a thread is. Without a team, next counts its loop. */
struct member { struct team *team; int number, loop, next; bool running; };

static _Thread_local struct member me;

/* Numbers too small to matter cost a hundred cycles each if they are not taken for zero. */
static void flush_denormals(void)
{
#if defined(__SSE2__)
	_mm_setcsr(_mm_getcsr() | 0x8040);      /* flush to zero, denormals are zero */
#elif defined(__aarch64__)
	uint64_t control;
	__asm__ volatile("mrs %0, fpcr" : "=r"(control));
	__asm__ volatile("msr fpcr, %0" : : "r"(control | (uint64_t)1 << 24));
#endif
}

/* ---- the barrier ---- */

static void pause_briefly(void)
{
#if defined(__SSE2__)
	_mm_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static void wait_while(struct team *t, unsigned phase)
{
	for (int i = 0; i < t->spins; i++) {
		if (atomic_load_explicit(&t->phase, memory_order_acquire) != phase)
			return;
		pause_briefly();
	}
	atomic_fetch_add(&t->sleepers, 1);
	while (atomic_load(&t->phase) == phase)
		syscall(SYS_futex, &t->phase, FUTEX_WAIT_PRIVATE, phase, NULL, NULL, 0);
	atomic_fetch_sub(&t->sleepers, 1);
}

static void let_go(struct team *t)
{
	for (int i = 0; i < me.loop; i++)
		atomic_store_explicit(&t->loops[i].next, 0, memory_order_relaxed);
	atomic_store_explicit(&t->arrived, 0, memory_order_relaxed);
	atomic_fetch_add(&t->phase, 1);
	if (atomic_load(&t->sleepers))
		syscall(SYS_futex, &t->phase, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void rt_team_wait(void)
{
	struct team *t = me.team;
	if (!t)
		return;
	const unsigned phase = atomic_load_explicit(&t->phase, memory_order_relaxed);
	if (atomic_fetch_add(&t->arrived, 1) + 1 == atomic_load_explicit(&t->threads, memory_order_relaxed))
		let_go(t);
	else
		wait_while(t, phase);
	me.loop = 0;
}

/* ---- a run ---- */

int rt_team_number(void)
{
	return me.number;
}

int rt_team_size(void)
{
	return me.team ? atomic_load_explicit(&me.team->threads, memory_order_relaxed) : 1;
}

int rt_team_next(int count)
{
	struct team *t = me.team;
	const int turn = t ? atomic_fetch_add_explicit(&t->loops[me.loop].next, 1, memory_order_relaxed) : me.next++;
	if (turn < count)
		return turn;
	me.next = 0;
	if (t && ++me.loop == LOOPS)
		rt_team_wait();
	return -1;
}

static void run_alone(void (*body)(void *argument), void *argument)
{
	const struct member before = me;
	me = (struct member){0};
	body(argument);
	me = before;
}

void rt_team_run(void (*body)(void *argument), void *argument)
{
	struct team *t = me.team;
	if (!t || me.running) {
		run_alone(body, argument);
		return;
	}
	t->body = body;
	t->argument = argument;
	me.running = true;
	rt_team_wait();
	body(argument);
	rt_team_wait();
	me.running = false;
}

/* ---- its threads ---- */

struct beginning { struct team *team; int number; };

static void *be_one(void *argument)
{
	const struct beginning *b = argument;
	struct team *t = b->team;
	me.team = t;
	me.number = b->number;
	me.running = true;
	free(argument);
	flush_denormals();
	for (rt_team_wait(); t->body; rt_team_wait()) {
		t->body(t->argument);
		rt_team_wait();
	}
	return NULL;
}

/* 0 or an error's number */
static int add_thread(struct team *t, int number)
{
	struct beginning *b = malloc(sizeof *b);
	if (!b)
		return ENOMEM;
	*b = (struct beginning){t, number};
	int error = pthread_create(&t->others[number - 1], NULL, be_one, b);
	if (error)
		free(b);
	return error;
}

/* The child of a fork has none of the other threads. */
static void forget_team(void)
{
	me = (struct member){0};
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, forget_team);
}

/* A team of one thread, with room for the others. */
static struct team *new_team(int threads)
{
	struct team *t = aligned_alloc(LINE, sizeof *t);
	if (!t)
		return NULL;
	memset(t, 0, sizeof *t);
	t->threads = threads;
	t->spins = threads > rt_cpus() ? SPINS_CROWDED : SPINS;
	t->others = malloc(sizeof *t->others * (size_t)threads);
	if (t->others)
		return t;
	free(t);
	return NULL;
}

int rt_team_start(int threads)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int started = 1, error = 0;
	flush_denormals();
	if (threads < 2)
		return 1;
	struct team *t = new_team(threads);
	while (t && started < threads && !(error = add_thread(t, started)))
		started++;
	if (started < threads)
		fprintf(stderr, "Warning: %d of %d threads run: the system refuses more: %s\n", started, threads,
			strerror(t ? error : ENOMEM));
	if (!t)
		return 1;
	atomic_store(&t->threads, started);
	pthread_once(&once, watch_forks);
	me.team = t;
	return started;
}

void rt_team_stop(void)
{
	struct team *t = me.team;
	if (!t)
		return;
	t->body = NULL;
	rt_team_wait();
	for (int i = 0; i < t->threads - 1; i++)
		pthread_join(t->others[i], NULL);
	free(t->others);
	free(t);
	me = (struct member){0};
}
