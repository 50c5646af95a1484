/* How long clients may take. One that does nothing for long is libmicrohttpd's to part with; one that always sends a little
 * is told here, in its loop's thread, that it was too slow: libmicrohttpd itself answers only what it has received whole. One
 * that takes its answer in drops is parted with, since the answer keeps memory from others. */
#include "http.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { LOOK_MILLISECONDS = 1000 };

/* A connection. */
struct rt_visit {
	struct rt_visit *next, **to_this;   /* the loop's list */
	int socket;
	time_t since;
	enum rt_visit_duty duty;            /* since then: to send a request or what may become one, to take a part of an answer */
};

static time_t seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void begin(struct rt_visit *v, struct rt_loop *l, struct MHD_Connection *c)
{
	*v = (struct rt_visit){.next = l->visits, .to_this = &l->visits, .since = seconds(), .duty = RT_VISIT_SENDS,
		.socket = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd};
	if (v->next)
		v->next->to_this = &v->next;
	l->visits = v;
}

static void end(struct rt_visit *v)
{
	*v->to_this = v->next;
	if (v->next)
		v->next->to_this = v->to_this;
	free(v);
}

void rt_visits_change(void *loop, struct MHD_Connection *c, void **visit, enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*visit = malloc(sizeof(struct rt_visit));
		if (*visit)
			begin(*visit, loop, c);
	} else if (*visit) {
		end(*visit);
	}
}

void rt_visit_begins(struct MHD_Connection *c, enum rt_visit_duty duty)
{
	struct rt_visit *v = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	if (!v)
		return;
	v->since = seconds();
	v->duty = duty;
}

/* The connection's end is libmicrohttpd's to notice and to clear up after. */
static void send_off(struct rt_visit *v, int limit)
{
	char body[128], answer[384];
	int size = snprintf(body, sizeof body, "{\"error\":\"the request was not there within %d seconds\"}\n", limit);
	int used = v->duty == RT_VISIT_TAKES ? 0 :
		snprintf(answer, sizeof answer, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", size, body);
	send(v->socket, answer, (size_t)used, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(v->socket, SHUT_RDWR);
	v->duty = RT_VISIT_WAITS;
}

int rt_visits_look(struct rt_loop *l)
{
	const time_t now = seconds();
	const int limit = l->server->settings.timeout;
	if (now != l->looked)
		for (struct rt_visit *v = l->visits; v; v = v->next)
			if (v->duty != RT_VISIT_WAITS && now - v->since > limit)
				send_off(v, limit);
	l->looked = now;
	return LOOK_MILLISECONDS;
}
