/* How the hosts of a job find each other: all connect to the first one, by its name, each sends what all shall know, and they
 * stay connected, so that the end of one shows. Waits end at a deadline and at a signal. */
#define _GNU_SOURCE
#include "meet.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MILLISECONDS = 100, STRANGER_SECONDS = 5, CONNECT_SECONDS = 2, GRACE_SECONDS = 2, EXIT_FAILED = 255 };

/* The first bytes on a connection. */
struct hello { char magic[8]; uint64_t job; uint32_t count, rank; };

static const char magic[8] = "trainc1";

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void pause_briefly(void)
{
	nanosleep(&(struct timespec){.tv_nsec = LOOK_MILLISECONDS * 1000000L}, NULL);
}

/* Names of the hosts that are not there yet. */
static void missing(const struct rt_meeting *m, char *text, size_t size)
{
	const struct rt_hosts *h = m->hosts;
	size_t used = 0;
	text[0] = 0;
	for (int i = 1; i < h->count && used < size; i++)
		if (m->sockets[i] < 0)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", h->names[i]);
}

/* Whether to wait on; -1 after rt_fail. why: what was last in the way. */
static int go_on(const struct rt_meeting *m, const char *why)
{
	const struct rt_hosts *h = m->hosts;
	char names[512];
	if (rt_stop_signal())
		return rt_fail(RT_SYSTEM_ERROR, "stopped by %s while waiting for the job's other hosts", rt_stop_signal());
	if (now() < m->deadline)
		return 0;
	if (h->rank)
		return rt_fail(RT_SYSTEM_ERROR, "the job's first host, %s, could not be reached at port %d within %d seconds: %s",
			h->names[0], h->port, h->timeout, why);
	missing(m, names, sizeof names);
	return rt_fail(RT_SYSTEM_ERROR, "not all of the job's %d hosts were there within %d seconds; missing: %s; their logs tell why",
		h->count, h->timeout, names);
}

/* ---- bytes ---- */

/* which: SO_RCVTIMEO or SO_SNDTIMEO, which is that of connecting, too */
static void set_patience(int socket, int which, long milliseconds)
{
	const struct timeval t = {milliseconds / 1000, milliseconds % 1000 * 1000};
	setsockopt(socket, SOL_SOCKET, which, &t, sizeof t);
}

static int lost(const struct rt_meeting *m, int peer)
{
	return rt_fail(RT_SYSTEM_ERROR, "lost host %s while the job's hosts were meeting; its log tells why", m->hosts->names[peer]);
}

static int receive(const struct rt_meeting *m, int peer, void *bytes, size_t size)
{
	const int socket = m->sockets[peer];
	for (size_t have = 0; have < size;) {
		ssize_t n = recv(socket, (char *)bytes + have, size - have, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
			return lost(m, peer);
		if (n < 0 && go_on(m, "it does not answer"))
			return -1;
		have += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int transmit(const struct rt_meeting *m, int peer, const void *bytes, size_t size)
{
	for (size_t sent = 0; sent < size;) {
		ssize_t n = send(m->sockets[peer], (const char *)bytes + sent, size - sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return lost(m, peer);
		sent += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* The numeric address of this end of the connection: the one by which the others reach this host. */
static int own_address(struct rt_meeting *m, int socket)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof a;
	if (getsockname(socket, (struct sockaddr *)&a, &size) ||
		getnameinfo((struct sockaddr *)&a, size, m->address, sizeof m->address, NULL, 0, NI_NUMERICHOST))
		return rt_fail(RT_SYSTEM_ERROR, "cannot tell this host's address: %s", strerror(errno));
	/* An IPv4 address on a socket for both. */
	if (!strncmp(m->address, "::ffff:", 7))
		memmove(m->address, m->address + 7, strlen(m->address + 7) + 1);
	return 0;
}

/* ---- the first host ---- */

/* What a connection says of itself. 1: it is one of the job's hosts; 0: a stranger; -1 after rt_fail. */
static int check_hello(const struct rt_meeting *m, const struct hello *hello)
{
	const struct rt_hosts *h = m->hosts;
	const uint32_t rank = hello->rank;
	if (memcmp(hello->magic, magic, sizeof magic))
		return 0;
	if (hello->count != (uint32_t)h->count || rank == 0 || rank >= (uint32_t)h->count)
		return rt_fail(RT_SYSTEM_ERROR, "another host says that it is number %u of %u, while this one was told of %d hosts",
			rank + 1, hello->count, h->count);
	if (hello->job != h->job)
		return rt_fail(RT_USER_ERROR, "host %s runs another program than host %s: all hosts must run the same image",
			h->names[rank], h->names[0]);
	if (m->sockets[rank] >= 0)
		return rt_fail(RT_SYSTEM_ERROR, "two hosts say that they are %s", h->names[rank]);
	return 1;
}

static int greet(struct rt_meeting *m, int socket)
{
	struct hello hello;
	set_patience(socket, SO_RCVTIMEO, STRANGER_SECONDS * 1000);
	int known = recv(socket, &hello, sizeof hello, MSG_WAITALL) == sizeof hello ? check_hello(m, &hello) : 0;
	if (known <= 0) {
		close(socket);
		return known;
	}
	set_patience(socket, SO_RCVTIMEO, LOOK_MILLISECONDS);
	m->sockets[hello.rank] = socket;
	return own_address(m, socket);
}

static int await_all(struct rt_meeting *m, int listener)
{
	for (int here = 1; here < m->hosts->count;) {
		int s = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (s < 0) {
			if (go_on(m, ""))
				return -1;
			pause_briefly();
			continue;
		}
		if (greet(m, s))
			return -1;
		here = 1;
		for (int i = 1; i < m->hosts->count; i++)
			here += m->sockets[i] >= 0;
	}
	return 0;
}

static int meet_as_first(struct rt_meeting *m)
{
	int listener = rt_listen(m->hosts->port);
	if (listener < 0)
		return rt_fail(RT_SYSTEM_ERROR, "cannot wait for the other hosts at port %d: %s; take another with --port",
			m->hosts->port, strerror(errno));
	int result = await_all(m, listener);
	close(listener);
	return result;
}

/* ---- the others ---- */

static int connect_to(const struct addrinfo *a, const char **why)
{
	int s = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
	if (s >= 0)
		set_patience(s, SO_SNDTIMEO, CONNECT_SECONDS * 1000);
	if (s >= 0 && !connect(s, a->ai_addr, a->ai_addrlen)) {
		set_patience(s, SO_SNDTIMEO, 0);
		return s;
	}
	*why = errno == EINPROGRESS ? "it does not answer" : strerror(errno);
	if (s >= 0)
		close(s);
	return -1;
}

/* One try; the connected socket, or -1 with *why. */
static int reach(const struct rt_hosts *h, const char **why)
{
	char port[16];
	struct addrinfo *all, hints = {.ai_socktype = SOCK_STREAM};
	snprintf(port, sizeof port, "%d", h->port);
	int error = getaddrinfo(h->names[0], port, &hints, &all);
	if (error) {
		*why = gai_strerror(error);
		return -1;
	}
	int s = -1;
	for (const struct addrinfo *a = all; a && s < 0; a = a->ai_next)
		s = connect_to(a, why);
	freeaddrinfo(all);
	return s;
}

static int meet_first(struct rt_meeting *m)
{
	const struct rt_hosts *h = m->hosts;
	struct hello hello = {.job = h->job, .count = (uint32_t)h->count, .rank = (uint32_t)h->rank};
	const char *why = "";
	memcpy(hello.magic, magic, sizeof magic);
	while ((m->sockets[0] = reach(h, &why)) < 0) {
		if (go_on(m, why))
			return -1;
		pause_briefly();
	}
	set_patience(m->sockets[0], SO_RCVTIMEO, LOOK_MILLISECONDS);
	return transmit(m, 0, &hello, sizeof hello) || own_address(m, m->sockets[0]) ? -1 : 0;
}

/* ---- the meeting ---- */

int rt_meeting_open(struct rt_meeting *m, const struct rt_hosts *h)
{
	*m = (struct rt_meeting){.hosts = h, .deadline = now() + h->timeout, .sockets = malloc(sizeof *m->sockets * (size_t)h->count)};
	if (!m->sockets)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for %d hosts", h->count);
	memset(m->sockets, -1, sizeof *m->sockets * (size_t)h->count);
	return h->rank ? meet_first(m) : meet_as_first(m);
}

int rt_meeting_exchange(struct rt_meeting *m, const void *own, size_t size, void *all)
{
	const struct rt_hosts *h = m->hosts;
	if (h->rank)
		return transmit(m, 0, own, size) || receive(m, 0, all, size * (size_t)h->count) ? -1 : 0;
	memcpy(all, own, size);
	for (int i = 1; i < h->count; i++)
		if (receive(m, i, (char *)all + size * (size_t)i, size))
			return -1;
	for (int i = 1; i < h->count; i++)
		if (transmit(m, i, all, size * (size_t)h->count))
			return -1;
	return 0;
}

/* ---- the watch ---- */

static void end_process(const struct rt_meeting *m, int lost_host)
{
	for (int i = 0; i < GRACE_SECONDS * 1000 / LOOK_MILLISECONDS; i++) {
		if (atomic_load(&m->over))
			return;
		pause_briefly();
	}
	rt_fail(RT_SYSTEM_ERROR, "lost host %s: its connection ended; its log tells why", m->hosts->names[lost_host]);
	rt_failure_report(m->prefix);
	_exit(EXIT_FAILED);
}

/* Any byte is a goodbye. */
static void *watch(void *argument)
{
	struct rt_meeting *m = argument;
	const int count = m->hosts->count;
	struct pollfd sockets[count];
	for (int i = 0; i < count; i++)
		sockets[i] = (struct pollfd){.fd = m->sockets[i], .events = POLLIN};
	while (!atomic_load(&m->over)) {
		char byte;
		poll(sockets, (nfds_t)count, LOOK_MILLISECONDS);
		for (int i = 0; i < count; i++) {
			if (!sockets[i].revents)
				continue;
			const ssize_t n = recv(sockets[i].fd, &byte, 1, MSG_DONTWAIT);
			if (n == 0 || (n < 0 && errno != EAGAIN))
				end_process(m, i);
			if (n > 0)
				sockets[i].fd = -1;
		}
	}
	return NULL;
}

int rt_meeting_watch(struct rt_meeting *m, const char *prefix)
{
	m->prefix = prefix;
	int error = pthread_create(&m->watch, NULL, watch, m);
	m->watching = !error;
	return error ? rt_fail(RT_SYSTEM_ERROR, "cannot start a thread: %s", strerror(error)) : 0;
}

void rt_meeting_close(struct rt_meeting *m, bool well)
{
	atomic_store(&m->over, true);
	if (m->watching)
		pthread_join(m->watch, NULL);
	m->watching = false;
	for (int i = 0; m->sockets && i < m->hosts->count; i++) {
		if (m->sockets[i] < 0)
			continue;
		if (well)
			send(m->sockets[i], "", 1, MSG_NOSIGNAL);
		close(m->sockets[i]);
	}
	free(m->sockets);
	m->sockets = NULL;
}
