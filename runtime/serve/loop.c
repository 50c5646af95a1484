/* The threads that read requests and write answers. Each waits for its connections and for the batcher, which wakes it once
 * a batch: libmicrohttpd's own threads it would wake once a request, and on one processor change places with them as often. */
#include "http.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- waking ---- */

static struct rt_request *request_of(struct rt_batch_job *j)
{
	return (struct rt_request *)j;
}

static void wake(struct rt_loop *l)
{
	eventfd_write(l->wake, 1);
}

static void push(struct rt_loop *l, struct rt_batch_job *j)
{
	j->next = atomic_load(&l->finished);
	while (!atomic_compare_exchange_weak(&l->finished, &j->next, j))
		;
}

/* Only then woken, when all are there: one that is woken earlier may take the processor from this thread each time. */
void rt_loops_take_back(struct rt_batch_job *finished)
{
	struct rt_server *s = request_of(finished)->server;
	for (struct rt_batch_job *j = finished, *next; j; j = next) {
		next = j->next;
		push(request_of(j)->loop, j);
	}
	for (int i = 0; i < s->settings.loops; i++)
		if (atomic_load(&s->loops[i].finished))
			wake(&s->loops[i]);
}

static void wake_all(struct rt_server *s)
{
	for (int i = 0; i < s->settings.loops; i++)
		wake(&s->loops[i]);
}

/* ---- a loop ---- */

static void resume_finished(struct rt_loop *l)
{
	for (struct rt_batch_job *j = atomic_exchange(&l->finished, NULL), *next; j; j = next) {
		next = j->next;
		MHD_resume_connection(request_of(j)->connection);
	}
}

/* Milliseconds to wait at most. Also without connections it is not for ever: a daemon that was full listens again only when it
 * is called. */
static int patience(struct rt_loop *l)
{
	MHD_UNSIGNED_LONG_LONG idle;
	const int look = rt_visits_look(l);
	return MHD_get_timeout(l->daemon, &idle) == MHD_YES && idle < (unsigned)look ? (int)idle : look;
}

static void *run(void *argument)
{
	struct rt_loop *l = argument;
	struct pollfd ready[] = {
		{.fd = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, .events = POLLIN},
		{.fd = l->wake, .events = POLLIN}};
	eventfd_t times;
	bool listens = true;
	while (!atomic_load(&l->server->over)) {
		poll(ready, 2, patience(l));
		if (ready[1].revents)
			eventfd_read(l->wake, &times);
		if (listens && atomic_load(&l->server->closing)) {
			MHD_quiesce_daemon(l->daemon);
			listens = false;
		}
		resume_finished(l);
		MHD_run(l->daemon);
	}
	return NULL;
}

static struct MHD_Daemon *new_daemon(struct rt_loop *l)
{
	const struct rt_server *s = l->server;
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, rt_http_handle, l,
		MHD_OPTION_LISTEN_SOCKET, s->listener, MHD_OPTION_NOTIFY_COMPLETED, rt_http_completed, l,
		MHD_OPTION_NOTIFY_CONNECTION, rt_visits_change, l,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(s->settings.timeout + 1) / 2,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)(CONNECTIONS / s->settings.loops),
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static bool start(struct rt_loop *l)
{
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->daemon = l->wake < 0 ? NULL : new_daemon(l);
	const int error = l->daemon ? pthread_create(&l->thread, NULL, run, l) : errno;
	l->runs = l->daemon && !error;
	if (!l->runs)
		rt_fail(RT_SYSTEM_ERROR, "cannot start a thread that reads requests: %s", strerror(error));
	return l->runs;
}

static void stop(struct rt_loop *l)
{
	if (l->runs)
		pthread_join(l->thread, NULL);
	if (l->daemon) {
		MHD_quiesce_daemon(l->daemon);      /* the listener is not the daemon's to close */
		MHD_stop_daemon(l->daemon);
	}
	if (l->wake >= 0)
		close(l->wake);
}

/* ---- the server ---- */

void rt_server_close(struct rt_server *s)
{
	atomic_store(&s->over, true);
	wake_all(s);
	for (int i = 0; i < s->settings.loops; i++)
		stop(&s->loops[i]);
	if (s->listener >= 0)
		close(s->listener);
	rt_aside_stop(s->aside);
	free(s);
}

static bool open_server(struct rt_server *s)
{
	const int port = s->settings.port;
	s->listener = rt_listen(port);
	if (s->listener < 0) {
		rt_fail(RT_SYSTEM_ERROR, "cannot listen on port %d: %s; take another with --port", port, strerror(errno));
		return false;
	}
	s->aside = rt_aside_start(rt_invocation_read_aside);
	int i = 0;
	while (s->aside && i < s->settings.loops && start(&s->loops[i]))
		i++;
	return i == s->settings.loops;
}

struct rt_server *rt_server_start(const struct rt_model *m, struct rt_batcher *b, const struct rt_server_settings *settings)
{
	struct rt_server *s = calloc(1, sizeof *s + sizeof *s->loops * (size_t)settings->loops);
	if (!s) {
		rt_fail(RT_SYSTEM_ERROR, "not enough memory to serve");
		return NULL;
	}
	*s = (struct rt_server){.model = m, .batcher = b, .settings = *settings, .listener = -1,
		.room = REQUESTS + rt_invocation_most(m, settings),
		.lock = PTHREAD_MUTEX_INITIALIZER, .quiet = PTHREAD_COND_INITIALIZER};
	for (int i = 0; i < settings->loops; i++)
		s->loops[i] = (struct rt_loop){.server = s, .wake = -1};
	if (open_server(s))
		return s;
	rt_server_close(s);
	return NULL;
}

bool rt_server_drain(struct rt_server *s, int most)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += most;
	atomic_store(&s->closing, true);
	wake_all(s);
	pthread_mutex_lock(&s->lock);
	while (s->active && pthread_cond_timedwait(&s->quiet, &s->lock, &until) == 0)
		;
	const bool quiet = !s->active;
	pthread_mutex_unlock(&s->lock);
	return quiet;
}
