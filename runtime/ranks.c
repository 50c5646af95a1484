/* A job in several processes, one a device: they are forked before any device is touched, and this process only looks after
 * them. The first that fails ends all, and its reason is the job's. */
#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_NANOSECONDS = 5000000, EXIT_FAILED = 255 };

/* ---- in a rank ---- */

/* Only the first to fail is heard. */
static void leave_reason(const struct rt_ranks *r)
{
	int none = 0;
	const char *reason = rt_failure();
	if (!reason || !atomic_compare_exchange_strong(&r->shared->writing, &none, 1))
		return;
	snprintf(r->shared->reason, sizeof r->shared->reason, "%s", reason);
	atomic_store(&r->shared->failed, r->rank + 1);
}

/* A rank ends with its parent, has its own process group, so that a terminal's Ctrl-C reaches the parent alone, and is
 * silent unless it is the first. */
static void run_rank(struct rt_config *c, int rank, pid_t parent, int (*run)(struct rt_config *c))
{
	c->ranks.rank = rank;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	if (getppid() != parent)
		_exit(EXIT_FAILED);
	int nowhere = rank ? open("/dev/null", O_WRONLY) : -1;
	if (nowhere >= 0)
		dup2(nowhere, STDOUT_FILENO);
	int result = run(c);
	fflush(stdout);
	if (result)
		leave_reason(&c->ranks);
	_exit(result ? EXIT_FAILED : 0);
}

/* ---- in their parent ---- */

static void signal_all(const pid_t *ranks, int n, int signal)
{
	for (int i = 0; i < n; i++)
		if (ranks[i] > 0)
			kill(ranks[i], signal);
}

static int fail_rank(const struct rt_ranks *r, int rank, int status)
{
	const int failed = atomic_load(&r->shared->failed);
	/* What users and data do wrong is the same for all. */
	if (failed && (!strncmp(r->shared->reason, "UserError", 9) || !strncmp(r->shared->reason, "DataError", 9)))
		return rt_fail_as(r->shared->reason, "%s", "");
	if (failed)
		return rt_fail_as(r->shared->reason, " (GPU %d of %d)", failed - 1, r->count);
	if (WIFSIGNALED(status))
		return rt_fail(RT_SYSTEM_ERROR, "the process of GPU %d of %d was killed by signal %d (%s)", rank, r->count,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return rt_fail(RT_SYSTEM_ERROR, "the process of GPU %d of %d ended with exit code %d", rank, r->count, WEXITSTATUS(status));
}

/* Takes one rank that has ended out of the list. 1: one was, and all is well; 0: none; -1 after rt_fail. */
static int reap(const struct rt_ranks *r, pid_t *ranks)
{
	int status, rank = 0;
	pid_t ended = waitpid(-1, &status, WNOHANG);
	if (ended <= 0)
		return 0;
	while (rank < r->count && ranks[rank] != ended)
		rank++;
	if (rank == r->count)
		return 0;
	ranks[rank] = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 1 : fail_rank(r, rank, status);
}

static int look_after(const struct rt_ranks *r, pid_t *ranks)
{
	const struct timespec pause = {.tv_nsec = LOOK_NANOSECONDS};
	bool told = false;
	for (int left = r->count; left > 0;) {
		int ended = reap(r, ranks);
		if (ended < 0)
			return -1;
		left -= ended;
		if (rt_stop_signal() && !told) {
			signal_all(ranks, r->count, SIGTERM);
			told = true;
		}
		if (!ended)
			nanosleep(&pause, NULL);
	}
	return 0;
}

static int start(struct rt_config *c, pid_t *ranks, int (*run)(struct rt_config *c))
{
	const pid_t parent = getpid();
	fflush(stdout);
	for (int i = 0; i < c->ranks.count; i++) {
		ranks[i] = fork();
		if (ranks[i] == 0)
			run_rank(c, i, parent, run);
		if (ranks[i] < 0)
			return rt_fail(RT_SYSTEM_ERROR, "cannot start a process for GPU %d: %s", i, strerror(errno));
	}
	return 0;
}

int rt_ranks_run(struct rt_config *c, int count, int (*run)(struct rt_config *c))
{
	pid_t *ranks = calloc((size_t)count, sizeof *ranks);
	c->ranks.shared = mmap(NULL, sizeof *c->ranks.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!ranks || c->ranks.shared == MAP_FAILED) {
		free(ranks);
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for %d processes", count);
	}
	c->ranks.count = count;
	int result = start(c, ranks, run) || look_after(&c->ranks, ranks) ? -1 : 0;
	signal_all(ranks, count, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	munmap(c->ranks.shared, sizeof *c->ranks.shared);
	free(ranks);
	return result;
}
