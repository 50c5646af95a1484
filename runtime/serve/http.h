/* What http.c, the requests, and loop.c, the threads that serve them, share. */
#ifndef TRAINC_SERVE_HTTP_H
#define TRAINC_SERVE_HTTP_H
#include "serve.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { CONNECTIONS = 1024, HEADERS = 16 << 10, BODIES = 256 << 20 };

struct rt_visit;

/* A thread that reads requests and writes answers, with a daemon of libmicrohttpd that has no thread of its own. */
struct rt_loop {
	struct rt_server *server;
	struct MHD_Daemon *daemon;
	pthread_t thread;
	bool runs;
	int wake;                                   /* an eventfd */
	_Atomic(struct rt_batch_job *) finished;    /* whose requests this loop is to resume */
	struct rt_visit *visits;                    /* connections */
	time_t looked;                              /* when they were last looked at */
};

struct rt_server {
	const struct rt_model *model;
	struct rt_batcher *batcher;
	struct rt_server_settings settings;
	int listener;
	atomic_size_t held;                 /* bytes of bodies that are in memory */
	atomic_bool closing, over;          /* no new connections; no loops any more */
	pthread_mutex_t lock;
	pthread_cond_t quiet;
	int active;                         /* requests that have begun and not ended */
	struct rt_loop loops[];             /* settings.loops of them */
};

/* ---- http.c: for libmicrohttpd; argument is the loop ---- */

enum MHD_Result rt_http_handle(void *argument, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **state);
void rt_http_completed(void *argument, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code);
/* Goes on with a request whose predictions are there; in its loop's thread. */
void rt_http_resume(struct rt_batch_job *j);
/* The loop that a job's request is of. */
struct rt_loop *rt_http_loop(struct rt_batch_job *j);

/* ---- visits.c: how long clients may take; all in the thread of the connection's loop ---- */

/* For libmicrohttpd: a connection begins or ends. */
void rt_visits_change(void *loop, struct MHD_Connection *c, void **visit, enum MHD_ConnectionNotificationCode what);
/* From now on the client is to send, or is not. */
void rt_visit_sends(struct MHD_Connection *c, bool sends);
/* Parts with clients that have been sending for too long. Milliseconds until it wants to be called again. */
int rt_visits_look(struct rt_loop *l);

/* ---- loop.c ---- */

/* Hands finished jobs, a list, back to their loops; for the batcher, in its thread. */
void rt_loops_take_back(struct rt_batch_job *finished);

#endif
