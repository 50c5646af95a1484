/* How many CPUs a process may use: affinity, and the quotas of both versions of control groups, here in a made-up tree. */
#define _GNU_SOURCE
#include "internal.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "check.h"

static char root[] = "/tmp/trainc-cpus-XXXXXX";

static void put(const char *folder, const char *name, const char *text)
{
	char path[RT_PATH];
	snprintf(path, sizeof path, "%s/%s", root, folder);
	CHECK(rt_make_directory(path) == 0);
	snprintf(path, sizeof path, "%s/%s/%s", root, folder, name);
	FILE *f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static int cpus_of(const char *groups)
{
	char path[RT_PATH];
	put("proc", "cgroup", groups);
	snprintf(path, sizeof path, "%s/proc/cgroup", root);
	return rt_cgroup_cpus(root, path);
}

static void quotas(void)
{
	CHECK(cpus_of("0::/\n") == 0);
	put("", "cpu.max", "max 100000\n");
	CHECK(cpus_of("0::/\n") == 0);
	put("job/step", "cpu.max", "250000 100000\n");
	CHECK(cpus_of("0::/job/step\n") == 3);
	put("job", "cpu.max", "150000 100000\n");               /* the group above grants less */
	CHECK(cpus_of("0::/job/step\n") == 2);
	put("", "cpu.max", "50000 100000\n");                   /* a container: its group is the root */
	CHECK(cpus_of("0::/docker/0123\n") == 1);
	put("", "cpu.max", "max 100000\n");
	put("cpu/job", "cpu.cfs_quota_us", "400000\n");
	put("cpu/job", "cpu.cfs_period_us", "100000\n");
	CHECK(cpus_of("5:memory:/x\n4:cpu,cpuacct:/job\n") == 4);
	CHECK(cpus_of("4:cpuset:/job\n") == 0);
	put("cpu/job", "cpu.cfs_quota_us", "-1\n");
	CHECK(cpus_of("4:cpu,cpuacct:/job\n") == 0);
	CHECK(cpus_of("") == 0 && cpus_of("nonsense\n\n:\n::\n") == 0);
	CHECK(rt_cgroup_cpus("/nonexistent", "/nonexistent") == 0);
}

static void affinities(void)
{
	cpu_set_t all, one;
	int last = 0;
	CHECK(sched_getaffinity(0, sizeof all, &all) == 0);
	CHECK(rt_cpus() >= 1 && rt_cpus() <= CPU_COUNT(&all));
	for (int i = 0; i < CPU_SETSIZE; i++)
		last = CPU_ISSET(i, &all) ? i : last;
	CPU_ZERO(&one);
	CPU_SET(last, &one);
	CHECK(sched_setaffinity(0, sizeof one, &one) == 0 && rt_cpus() == 1);
}

int main(void)
{
	char command[64];
	CHECK(mkdtemp(root));
	quotas();
	affinities();
	snprintf(command, sizeof command, "rm -r %s", root);
	return system(command) || checks_failed();
}
