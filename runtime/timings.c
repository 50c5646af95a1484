/* --timings FILE: a line of JSON an epoch that says when it began, when its first step, its training and its validation were
 * over, in seconds since 1970, so that a benchmark can tell the parts of an epoch and of a process apart. */
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

int rt_timings_open(struct rt_timings *t, const char *path)
{
	/* Not to wait for the reader of a FIFO, which may never come */
	const int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0666) : -1;
	t->file = file < 0 || fcntl(file, F_SETFL, 0) ? NULL : fdopen(file, "w");
	return path && !t->file ? rt_fail(RT_USER_ERROR, "--timings cannot write %s: %s", path, strerror(errno)) : 0;
}

void rt_timings_close(struct rt_timings *t)
{
	if (t->file)
		fclose(t->file);
}

void rt_timings_mark(struct rt_timings *t, enum rt_moment moment)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	t->at[moment] = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int rt_timings_write(struct rt_timings *t, long epoch, const struct rt_progress *p)
{
	static const char *const names[] = {[RT_BEGAN] = "began", [RT_STEPPED] = "stepped", [RT_TRAINED] = "trained",
		[RT_VALIDATED] = "validated"};
	if (!t->file)
		return 0;
	fprintf(t->file, "{\"epoch\": %ld", epoch);
	for (int i = 0; i < RT_MOMENTS; i++)
		fprintf(t->file, ", \"%s\": %.6f", names[i], t->at[i]);
	for (int i = 0; i < p->n_values; i++)
		fprintf(t->file, ", \"%s\": %.9g", p->names[i], p->values[i]);
	fputs("}\n", t->file);
	return fflush(t->file) ? rt_fail(RT_SYSTEM_ERROR, "cannot write timings: %s", strerror(errno)) : 0;
}
