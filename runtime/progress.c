/* Keras 2.2.4's progress bar, character for character where it fits: on a terminal redrawn in place, elsewhere a line now and
 * then. On a terminal that is too narrow the bar has fewer cells, and while the epoch lasts the end is left out. */
#include "internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30, LEAST_BAR = 5, LINE = 4096 };
static const double redraw_seconds = 0.05, line_seconds = 5;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void rt_progress_begin(struct rt_progress *p, long target)
{
	double start = now();
	p->terminal = isatty(STDOUT_FILENO);
	p->target = target;
	p->start = start;
	p->last = p->terminal ? 0 : start;
	p->width = 0;
}

static int digits(long n)
{
	return snprintf(NULL, 0, "%ld", n);
}

static int bar(const struct rt_progress *p, long current, int width, char *line)
{
	int done = (int)(width * ((double)current / (double)p->target));
	char cells[BAR + 1];
	memset(cells, '.', (size_t)width);
	cells[width] = '\0';
	memset(cells, '=', (size_t)done);
	if (done > 0 && current < p->target)
		cells[done - 1] = '>';
	return snprintf(line, LINE, "%*ld/%ld [%s]", digits(p->target), current, p->target, cells);
}

static int eta(double seconds, char *text, size_t size)
{
	long s = (long)seconds;
	if (seconds > 3600)
		return snprintf(text, size, " - ETA: %ld:%02ld:%02ld", s / 3600, s % 3600 / 60, s % 60);
	if (seconds > 60)
		return snprintf(text, size, " - ETA: %ld:%02ld", s / 60, s % 60);
	return snprintf(text, size, " - ETA: %lds", s);
}

static int taken(double seconds, double each, char *text, size_t size)
{
	if (each >= 1)
		return snprintf(text, size, " - %.0fs %.0fs/step", seconds, each);
	if (each >= 1e-3)
		return snprintf(text, size, " - %.0fs %.0fms/step", seconds, each * 1e3);
	return snprintf(text, size, " - %.0fs %.0fus/step", seconds, each * 1e6);
}

static int compose(const struct rt_progress *p, long current, double seconds, int width, char *line)
{
	int used = bar(p, current, width, line);
	double each = current > 0 ? seconds / (double)current : 0;
	if (current < p->target)
		used += eta(each * (double)(p->target - current), line + used, LINE - (size_t)used);
	else
		used += taken(seconds, each, line + used, LINE - (size_t)used);
	for (int i = 0; i < p->n_values && used < LINE - 2 * RT_NAME; i++)
		used += snprintf(line + used, LINE - (size_t)used, fabs(p->values[i]) > 1e-3 ? " - %s: %.4f" : " - %s: %.4e",
			p->names[i], p->values[i]);
	return used;
}

/* Asked for at each redraw, since windows change their size; a terminal that does not know it is as wide as a line. */
static int terminal_width(void)
{
	struct winsize size;
	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : LINE;
}

/* The line in at most room columns. What stays in the log at an epoch's end is whole all the same. */
static int fit(const struct rt_progress *p, long current, double seconds, int room, char *line)
{
	int width = compose(p, current, seconds, BAR, line);
	if (width <= room)
		return width;
	int cells = BAR - (width - room);
	width = compose(p, current, seconds, cells < LEAST_BAR ? LEAST_BAR : cells, line);
	if (width <= room || current >= p->target)
		return width;
	line[room] = '\0';
	return room;
}

void rt_progress_update(struct rt_progress *p, long current)
{
	double time = now();
	if (current < p->target && time - p->last < (p->terminal ? redraw_seconds : line_seconds))
		return;
	char line[LINE];
	const int room = p->terminal ? terminal_width() - 1 : 0;
	p->width = p->width < room ? p->width : room;
	int width = p->terminal ? fit(p, current, time - p->start, room, line) :
		compose(p, current, time - p->start, BAR, line);
	if (p->terminal) {
		for (int i = 0; i < p->width; i++)
			putchar('\b');
		printf("\r%s%*s", line, p->width > width ? p->width - width : 0, "");
	} else {
		fputs(line, stdout);
	}
	if (current >= p->target || !p->terminal)
		putchar('\n');
	fflush(stdout);
	p->width = width;
	p->last = time;
}

void rt_progress_abandon(struct rt_progress *p)
{
	if (p->terminal && p->width > 0)
		putchar('\n');
	p->width = 0;
}
