/* The team of threads: each turn of a loop is one thread's, also in a long row of loops without waits; a team in a team, and
 * in the child of a fork, is one thread. */
#define _DEFAULT_SOURCE
#include "team.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

enum { TURNS = 100, CHAIN = 40, RUNS = 200, MOST = 4 };

static int taken[TURNS];
static long chained[MOST];

static void sum_alone(void *argument)
{
	int *sum = argument;
	for (int i; (i = rt_team_next(5)) >= 0;)
		*sum += rt_team_size() == 1 && rt_team_number() == 0 ? i : 100;
}

static void share(void *argument)
{
	int sum = 0;
	(void)argument;
	for (int loop = 0; loop < CHAIN; loop++)
		for (int i; (i = rt_team_next(3)) >= 0;)
			chained[rt_team_number()] += i;
	rt_team_wait();
	for (int i; (i = rt_team_next(TURNS)) >= 0;)
		taken[i]++;
	rt_team_wait();
	for (int i = 0; i < TURNS && rt_team_number() == 0; i++)
		taken[i]++;
	rt_team_wait();
	for (int i; (i = rt_team_next(TURNS)) >= 0;)
		taken[i]++;
	rt_team_run(sum_alone, &sum);
	if (sum != 0 + 1 + 2 + 3 + 4)
		abort();
}

static void team_of(int threads)
{
	long sum = 0;
	memset(taken, 0, sizeof taken);
	memset(chained, 0, sizeof chained);
	CHECK(rt_team_start(threads) == threads);
	for (int run = 0; run < RUNS; run++)
		rt_team_run(share, NULL);
	for (int i = 0; i < TURNS; i++)
		CHECK(taken[i] == 3 * RUNS);
	for (int i = 0; i < MOST; i++)
		sum += chained[i];
	CHECK(sum == (long)RUNS * CHAIN * (0 + 1 + 2));
	if (threads == 1)
		CHECK(chained[0] == sum);
}

static void forked(void)
{
	int status = -1;
	pid_t child = fork();
	if (child == 0) {
		alarm(20);
		rt_team_run(share, NULL);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
	for (int threads = 1; threads <= MOST; threads++) {
		team_of(threads);
		forked();
		rt_team_stop();
	}
	return checks_failed();
}
