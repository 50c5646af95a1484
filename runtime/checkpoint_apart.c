/* Weights read by a process of their own. HDF5 can crash, go round in circles or take memory without end in a damaged file: that
 * process has a limit for each, a signal ends it at once, and it never outlives this one. What it read comes back through
 * memory that both share. */
#define _GNU_SOURCE
#include "checkpoint.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SECONDS = 5, BYTES_A_SECOND = 20 << 20,     /* processor time: so much, and so much for what there is to read */
	WAITS = 10,                         /* times as long may pass, since a disk or other programs can be slow */
	COPIES = 8,                         /* of the file that HDF5 and the reading of a file keep */
	MEMORY = 128 << 20,                 /* bytes beside those */
	LOOK_MILLISECONDS = 20,
};

/* What the child writes; numbers is all weights, then the optimizer's states. */
struct shared {
	char reason[RT_REASON], note[RT_REASON];
	int64_t iterations;
	_Alignas(64) real numbers[];
};

struct reading {
	struct rt_state *state;
	const struct rt_model *model;
	const char *path;
	size_t bytes;                       /* that the file may be worth when it is unpacked */
	size_t states;                      /* numbers of the optimizer that are wanted */
	struct shared *shared;
	size_t shared_bytes;
};

/* ---- in the child ---- */

/* The address sanitizer has terabytes of addresses of its own. */
static bool is_sanitized(void)
{
#ifdef __has_feature
#if __has_feature(address_sanitizer)
	return true;
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return false;
#endif
}

/* Bytes of addresses that this process has; 0 where the system does not tell. */
static size_t addresses(void)
{
	size_t pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f)
		return 0;
	if (fscanf(f, "%zu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static unsigned seconds(const struct reading *r)
{
	return SECONDS + (unsigned)((r->bytes + r->shared_bytes) / BYTES_A_SECOND);
}

static void limit(int what, size_t most)
{
	struct rlimit now;
	if (getrlimit(what, &now))
		return;
	now.rlim_cur = now.rlim_max == RLIM_INFINITY || most < now.rlim_max ? most : now.rlim_max;
	setrlimit(what, &now);
}

static void limit_all(const struct reading *r)
{
	const size_t now = addresses();
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, seconds(r));
	alarm(WAITS * seconds(r));
	if (now && !is_sanitized())
		limit(RLIMIT_AS, now + COPIES * r->bytes + 2 * r->shared_bytes + MEMORY);
}

/* Ends with the parent, obeys signals as programs do that know none, and says nothing of its own. */
static void become_child(pid_t parent)
{
	static const int obeyed[] = {SIGTERM, SIGINT, SIGHUP, SIGXCPU, SIGALRM};
	sigset_t all;
	const int nowhere = open("/dev/null", O_WRONLY);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	for (size_t i = 0; i < sizeof obeyed / sizeof *obeyed; i++)
		signal(obeyed[i], SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	if (nowhere >= 0)
		dup2(nowhere, STDERR_FILENO);
}

static int read_all(const struct reading *r)
{
	struct rt_state s = *r->state;
	char *bytes = NULL;
	size_t size = 0;
	s.weights = r->shared->numbers;
	s.states = s.states ? r->shared->numbers + r->model->weights : NULL;
	int result = rt_is_archive_name(r->path) ? rt_archive_read(r->path, r->bytes, &bytes, &size) :
		rt_read_file(r->path, &bytes, &size);
	if (!result)
		result = rt_keras_read(&s, r->model, r->path, bytes, size, r->shared->note);
	r->shared->iterations = s.iterations;
	return result;
}

static void run_child(const struct reading *r, pid_t parent)
{
	become_child(parent);
	limit_all(r);
	rt_fail_into(r->shared->reason);
	_exit(read_all(r) ? 1 : 0);
}

/* ---- in the parent ---- */

/* A signal that was received, or is held back for later as serve does. */
static const char *stop_signal(void)
{
	sigset_t pending;
	if (rt_stop_signal())
		return rt_stop_signal();
	if (sigpending(&pending))
		return NULL;
	return sigismember(&pending, SIGTERM) ? "SIGTERM" : sigismember(&pending, SIGINT) ? "SIGINT" : NULL;
}

/* The child's status when it has ended; by which signal this process was told to end meanwhile, or NULL. ended is the end
 * of a pipe that the child holds open. */
static const char *wait_for(pid_t child, int ended, int *status)
{
	const char *stopped = NULL;
	while (!stopped && poll(&(struct pollfd){.fd = ended, .events = POLLIN}, 1, LOOK_MILLISECONDS) <= 0)
		stopped = stop_signal();
	if (stopped)
		kill(child, SIGKILL);
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		;
	return stopped ? stopped : stop_signal();       /* a terminal's signals reach the child, too */
}

static int fail_status(const struct reading *r, int status)
{
	const int killer = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (!killer && r->shared->reason[0])
		return rt_fail_as(r->shared->reason, "%s", "");
	if (killer == SIGXCPU || killer == SIGALRM)
		return rt_fail(RT_DATA_ERROR, "%s is damaged: HDF5 had not read it after %u seconds of the processor's time, and was stopped",
			r->path, seconds(r));
	if (killer == SIGKILL || killer == SIGTERM || killer == SIGINT || killer == SIGHUP)
		return rt_fail(RT_SYSTEM_ERROR, "the process that read %s was ended by signal %d (%s)", r->path, killer, strsignal(killer));
	return rt_fail(RT_DATA_ERROR, "%s is damaged: HDF5 cannot read it", r->path);
}

static void take_over(const struct reading *r)
{
	const real *numbers = r->shared->numbers;
	memcpy(r->state->weights, numbers, r->model->weights * sizeof *numbers);
	if (r->states)
		memcpy(r->state->states, numbers + r->model->weights, r->states * sizeof *numbers);
	r->state->iterations = r->shared->iterations;
	if (r->shared->note[0])
		fprintf(stderr, "%s\n", r->shared->note);
}

static int read_in_child(const struct reading *r)
{
	int ends[2], status = 0;
	const pid_t parent = getpid();
	const pid_t child = pipe2(ends, O_CLOEXEC) ? -1 : fork();
	if (child == 0)
		run_child(r, parent);
	if (child < 0)
		return rt_fail(RT_SYSTEM_ERROR, "cannot start a process to read %s: %s", r->path, strerror(errno));
	close(ends[1]);
	const char *stopped = wait_for(child, ends[0], &status);
	close(ends[0]);
	if (status && stopped)
		return rt_fail(RT_SYSTEM_ERROR, "stopped by %s while reading %s", stopped, r->path);
	if (status)
		return fail_status(r, status);
	take_over(r);
	return 0;
}

/* Bytes that a file of this model's weights can take: all as doubles, and room for names and configurations. */
static size_t most_bytes(const struct rt_model *m)
{
	size_t states = (size_t)(m->optimizer.states + m->optimizer.empty_states);
	return sizeof(double) * (m->weights + states * m->trainable) + ((size_t)64 << 20);
}

int rt_read_apart(struct rt_state *s, const struct rt_model *m, const char *path)
{
	struct stat file;
	struct reading r = {.state = s, .model = m, .path = path};
	if (stat(path, &file))
		return rt_fail(RT_SYSTEM_ERROR, "cannot open %s: %s", path, strerror(errno));
	if (!S_ISREG(file.st_mode))
		return rt_fail(RT_DATA_ERROR, "%s is not a file", path);
	r.bytes = rt_is_archive_name(path) ? most_bytes(m) : (size_t)file.st_size;
	r.states = s->states ? (size_t)m->optimizer.states * m->trainable : 0;
	r.shared_bytes = sizeof *r.shared + (m->weights + r.states) * sizeof(real);
	r.shared = mmap(NULL, r.shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r.shared == MAP_FAILED)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory to read %s", path);
	const int result = read_in_child(&r);
	munmap(r.shared, r.shared_bytes);
	return result;
}
