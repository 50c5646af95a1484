/* How many CPUs this process may use: those of its affinity, as far as the quotas of its control groups go. */
#define _GNU_SOURCE
#include "internal.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int affinity(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	int cpus = 0;
	for (int room = 1024; room <= 1 << 16 && cpus <= 0; room *= 4) {    /* the call fails where the set is too small */
		cpu_set_t *set = CPU_ALLOC((size_t)room);
		if (set && sched_getaffinity(0, CPU_ALLOC_SIZE((size_t)room), set) == 0)
			cpus = CPU_COUNT_S(CPU_ALLOC_SIZE((size_t)room), set);
		CPU_FREE(set);
	}
	return cpus > 0 ? cpus : online > 0 ? (int)online : 1;
}

/* ---- quotas: 0 where there is none ---- */

static void read_words(const char *folder, const char *name, char first[32], char second[32])
{
	char path[RT_PATH + 64];
	first[0] = second[0] = '\0';
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "r");
	if (!f)
		return;
	if (fscanf(f, "%31s %31s", first, second) < 1)
		first[0] = '\0';
	fclose(f);
}

/* CPUs that a quota of microseconds a period is worth; "max" and -1 are no quota. */
static int worth(const char *quota, const char *period)
{
	double q = atof(quota), p = atof(period);
	return q > 0 && p > 0 ? (int)((q + p - 1) / p) : 0;
}

static int quota_v2(const char *folder)
{
	char quota[32], period[32];
	read_words(folder, "cpu.max", quota, period);
	return worth(quota, period);
}

static int quota_v1(const char *folder)
{
	char quota[32], period[32], unused[32];
	read_words(folder, "cpu.cfs_quota_us", quota, unused);
	read_words(folder, "cpu.cfs_period_us", period, unused);
	return worth(quota, period);
}

static int smaller_quota(int a, int b)
{
	return a > 0 && (b <= 0 || a < b) ? a : b;
}

/* The least quota of a group and those above it. A container sees its own group as the root, whatever its path says. */
static int walk(const char *root, const char *group, int (*quota)(const char *folder))
{
	char folder[RT_PATH];
	int least = 0;
	if (snprintf(folder, sizeof folder, "%s%s", root, group) >= RT_PATH)
		return 0;
	for (;;) {
		least = smaller_quota(quota(folder), least);
		char *slash = strrchr(folder + strlen(root), '/');
		if (!slash)
			return least;
		*slash = '\0';
	}
}

static bool lists_cpu(char *controllers)
{
	char *rest;
	for (char *name = strtok_r(controllers, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
		if (strcmp(name, "cpu") == 0)
			return true;
	return false;
}

int rt_cgroup_cpus(const char *root, const char *groups)
{
	char root_v1[RT_PATH + 8], line[RT_PATH];
	int least = walk(root, "", quota_v2);
	FILE *f = fopen(groups, "r");
	snprintf(root_v1, sizeof root_v1, "%s/cpu", root);
	least = smaller_quota(walk(root_v1, "", quota_v1), least);
	while (f && fgets(line, sizeof line, f)) {              /* "0::/group", "4:cpu,cpuacct:/group" */
		line[strcspn(line, "\n")] = '\0';
		char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!group)
			continue;
		*group++ = '\0';
		if (!controllers[1])
			least = smaller_quota(walk(root, group, quota_v2), least);
		else if (lists_cpu(controllers + 1))
			least = smaller_quota(walk(root_v1, group, quota_v1), least);
	}
	if (f)
		fclose(f);
	return least;
}

int rt_cpus(void)
{
	return smaller_quota(rt_cgroup_cpus("/sys/fs/cgroup", "/proc/self/cgroup"), affinity());
}
