/* What http.c and invocation.c, the requests, and loop.c, the threads that serve them, share. */
#ifndef TRAINC_SERVE_HTTP_H
#define TRAINC_SERVE_HTTP_H
#include "serve.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { CONNECTIONS = 1024, HEADERS = 16 << 10, REQUESTS = 256 << 20 };

struct rt_visit;
struct rt_aside;

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
	struct rt_aside *aside;             /* reads the bodies that would hold up a loop */
	size_t room;                        /* bytes of memory that all requests may take together */
	atomic_size_t held;                 /* bytes that they take */
	atomic_bool closing, over;          /* no new connections; no loops any more */
	pthread_mutex_t lock;
	pthread_cond_t quiet;
	int active;                         /* requests that have begun and not ended */
	struct rt_loop loops[];             /* settings.loops of them */
};

/* ---- http.c ---- */

struct rt_request;

struct rt_route {
	const char *url, *method;
	enum MHD_Result (*begin)(struct rt_request *r);     /* the headers are there; NULL: nothing to look at */
	enum MHD_Result (*answer)(struct rt_request *r);    /* the body is there, and again after it was suspended */
};

struct rt_request {
	struct rt_batch_job job;            /* first: the batcher's pointer is the request's */
	struct rt_loop *loop;
	struct rt_server *server;
	struct MHD_Connection *connection;
	const struct rt_route *route;
	size_t held;                        /* bytes of the server's room */
	char *body; size_t size, room;
	size_t received;                    /* bytes of the body so far, kept or not */
	bool ambiguous;                     /* its headers do not tell where it ends */
	unsigned refused;                   /* the status of a refusal, whose text is */
	char refusal[RT_REASON];
	/* of an invocation */
	const struct rt_reader *reader;
	const struct rt_writer *writer;
	struct rt_samples samples;
	struct rt_answer answer;
	bool is_read;
	bool asked;                         /* the job is with the batcher, or was and its predictions have not been taken */
};

/* For libmicrohttpd; argument is the loop. */
enum MHD_Result rt_http_handle(void *argument, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **state);
void rt_http_completed(void *argument, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code);

/* Queues a response and lets go of it. NULL: there was not enough memory for one. */
enum MHD_Result rt_http_respond(struct rt_request *r, unsigned status, const char *type, struct MHD_Response *response);
/* A response of these bytes, which are its own then. NULL: not enough memory; they are freed. */
struct MHD_Response *rt_http_bytes(struct rt_text *body);
/* Notes that the request is refused. It is told behind the body, since a client that is still sending does not listen; what still
 * comes is dropped. */
enum MHD_Result rt_http_refuse(struct rt_request *r, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Answers with the refusal. */
enum MHD_Result rt_http_tell_refusal(struct rt_request *r);
/* Counts this many bytes of memory as the request's, instead of those that were; false if there is no room for them. */
bool rt_http_hold(struct rt_request *r, size_t bytes);
#define RT_TOO_MANY "too many large requests at once; try again"
const char *rt_http_header(struct rt_request *r, const char *name);

/* ---- invocation.c: POST /invocations ---- */

enum MHD_Result rt_invocation_begin(struct rt_request *r);
enum MHD_Result rt_invocation_answer(struct rt_request *r);
/* Reads the body and hands the first samples to the batcher; in the thread that reads aside. */
void rt_invocation_read_aside(struct rt_batch_job *j);
/* Whose body is larger than is taken. */
enum MHD_Result rt_invocation_refuse_size(struct rt_request *r);
void rt_invocation_free(struct rt_request *r);
/* Bytes that one request of a server with these settings can need at most, of which there must be room. */
size_t rt_invocation_most(const struct rt_model *m, const struct rt_server_settings *s);

/* ---- aside.c: a thread for what would hold up a loop ---- */

/* Starts it; it calls work with one job after the other. NULL after rt_fail. */
struct rt_aside *rt_aside_start(void (*work)(struct rt_batch_job *j));
void rt_aside_submit(struct rt_aside *a, struct rt_batch_job *j);
/* Ends it when it has nothing to do any more. */
void rt_aside_stop(struct rt_aside *a);

/* ---- visits.c: how long clients may take; all in the thread of the connection's loop ---- */

/* For libmicrohttpd: a connection begins or ends. */
void rt_visits_change(void *loop, struct MHD_Connection *c, void **visit, enum MHD_ConnectionNotificationCode what);
/* What the client is to do from now on. */
enum rt_visit_duty { RT_VISIT_WAITS, RT_VISIT_SENDS, RT_VISIT_TAKES };
void rt_visit_begins(struct MHD_Connection *c, enum rt_visit_duty duty);
/* Parts with clients that have been sending for too long. Milliseconds until it wants to be called again. */
int rt_visits_look(struct rt_loop *l);

/* ---- loop.c ---- */

/* Hands finished jobs, a list, back to their loops; for the batcher, in its thread. */
void rt_loops_take_back(struct rt_batch_job *finished);

#endif
