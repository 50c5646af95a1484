/* The serve program: from the model's file to answers, until it is told to stop. */
#include "serve.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_FAILED = 255, PORT = 8080, PAYLOAD_MB = 6, PAYLOAD_MB_MOST = 1024, REQUEST_SECONDS = 60, DRAIN_SECONDS = 25 };

/* ---- settings ---- */

/* A variable's whole number from least to most into *number, which stays where it is not set. */
static int read_variable(const char *name, uint64_t least, uint64_t most, uint64_t *number)
{
	const char *value = getenv(name);
	if (!value || !*value)
		return 0;
	if (rt_whole_number(name, value, most, number))
		return -1;
	return *number >= least ? 0 : rt_fail(RT_USER_ERROR, "%s is %s; it must be at least %d", name, value, (int)least);
}

static int read_settings(struct rt_server_settings *s, const struct rt_options *o)
{
	uint64_t port = PORT, payload = PAYLOAD_MB;
	if (read_variable("SAGEMAKER_BIND_TO_PORT", 1, 65535, &port) ||
		read_variable("SAGEMAKER_MAX_PAYLOAD_IN_MB", 0, PAYLOAD_MB_MOST, &payload))
		return -1;
	s->port = o->port ? o->port : (int)port;
	s->timeout = o->timeout ? o->timeout : REQUEST_SECONDS;
	s->most_bytes = (size_t)(payload ? payload : PAYLOAD_MB_MOST) << 20;        /* the platform's 0 means no limit */
	s->accept = getenv("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT");
	if (s->accept && !rt_writer_find(s->accept))
		return rt_fail(RT_USER_ERROR, "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT is %s; there are %s",
			rt_show(s->accept, SIZE_MAX).text, rt_types(rt_writers, sizeof *rt_writers).text);
	return 0;
}

/* ---- the model ---- */

static int read_weights(real **weights, const struct rt_model *m, const char *prefix)
{
	char path[RT_PATH], file[RT_PATH];
	*weights = rt_reals(m->weights, "the weights");
	struct rt_state state = {.weights = *weights};
	if (!*weights || rt_path(path, prefix, "model") || rt_weights_read(&state, m, path, file))
		return -1;
	return file[0] ? 0 : rt_fail(RT_USER_ERROR, "there is no folder %s; name SageMaker's folder with --prefix DIR", path);
}

/* ---- the program ---- */

/* SIGTERM and SIGINT, which all threads hold back from here on: this one waits for them. */
static void hold_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static const char *wait_for_signal(const sigset_t *set)
{
	int received = 0;
	while (sigwait(set, &received))
		;
	return received == SIGTERM ? "SIGTERM" : "SIGINT";
}

/* A second signal while the first is obeyed ends the program at once, also as a container's first process. */
static void end_at_once(int received)
{
	_exit(128 + received);
}

static void obey_second_signal(const sigset_t *set)
{
	signal(SIGTERM, end_at_once);
	signal(SIGINT, end_at_once);
	pthread_sigmask(SIG_UNBLOCK, set, NULL);
}

/* Answers until a signal comes. */
static void run(const struct rt_model *m, struct rt_server *server, const struct rt_server_settings *s, const sigset_t *signals)
{
	printf("Serving %s on port %d\n", m->name, s->port);
	printf("Stopped by %s\n", wait_for_signal(signals));
	obey_second_signal(signals);
	if (rt_server_drain(server, DRAIN_SECONDS))
		return;
	printf("Some requests were not answered\n");
	_exit(0);
}

/* One thread of four reads requests and writes answers, at least one; the others compute. */
static int loops_of(int threads)
{
	return threads > 4 ? threads / 4 : 1;
}

static int serve(const struct rt_model *m, const struct rt_options *o)
{
	int threads = o->threads ? o->threads : rt_cpus();
	struct rt_server_settings settings = {.loops = loops_of(threads), .concurrent = 2 * threads};
	const struct rt_code *code = rt_code_choose(m, o->isa);
	real *weights = NULL;
	sigset_t signals;
	hold_signals(&signals);
	int result = code ? read_settings(&settings, o) : -1;
	if (!result)
		result = read_weights(&weights, m, o->prefix);
	struct rt_batcher *b = result ? NULL : rt_batcher_start(m, code, weights, threads > 1 ? threads - settings.loops : 1);
	struct rt_server *server = b ? rt_server_start(m, b, &settings) : NULL;
	if (server)
		run(m, server, &settings, &signals);
	if (b)
		rt_batcher_stop(b);
	if (server)
		rt_server_close(server);
	free(weights);
	return server ? 0 : -1;
}

int rt_serve_main(const struct rt_model *m, int argc, char **argv)
{
	struct rt_options o;
	setvbuf(stdout, NULL, _IOLBF, 0);
	int result = rt_options_read(&o, RT_PROGRAM_SERVE, argc, argv);
	if (!result)
		result = o.action == RT_RUN ? serve(m, &o) : rt_options_print(&o, m);
	if (result)
		rt_failure_report(o.prefix);
	rt_options_free(&o);
	return result ? EXIT_FAILED : 0;
}
