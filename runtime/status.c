/* The one reason why a job failed: remembered at the place of the failure, told at the end of the program. */
#include "internal.h"
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { REASON = RT_REASON - 1 };        /* bytes that SageMaker shows, at most */

static const char *const faults[] = {
	[RT_USER_ERROR] = "UserError", [RT_DATA_ERROR] = "DataError", [RT_SYSTEM_ERROR] = "SystemError",
	[RT_INTERNAL_ERROR] = "InternalError",
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char reason[REASON + 1];
static int reason_rank;
static _Thread_local int rank;
static _Thread_local char *own_reason;
static _Thread_local long line;

int rt_fail(enum rt_fault fault, const char *format, ...)
{
	char said[2 * REASON], text[REASON + 1];
	int used = line ? snprintf(said, sizeof said, "%s: line %ld: ", faults[fault], line) :
		snprintf(said, sizeof said, "%s: ", faults[fault]);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(said + used, sizeof said - (size_t)used, format, arguments);
	va_end(arguments);
	rt_show_into(text, sizeof text, said, sizeof said);
	if (own_reason) {
		memcpy(own_reason, text, sizeof text);
		return -1;
	}
	pthread_mutex_lock(&lock);
	if (!reason[0] || rank < reason_rank) {
		memcpy(reason, text, sizeof text);
		reason_rank = rank;
	}
	pthread_mutex_unlock(&lock);
	return -1;
}

int rt_fail_as(const char *text, const char *format, ...)
{
	char more[REASON + 1];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(more, sizeof more, format, arguments);
	va_end(arguments);
	const size_t behind = strlen(more);
	pthread_mutex_lock(&lock);
	if (!reason[0]) {
		size_t size = rt_show_into(reason, sizeof reason - behind, text, REASON);
		memcpy(reason + size, more, behind + 1);
	}
	pthread_mutex_unlock(&lock);
	return -1;
}

const char *rt_failure(void)
{
	return reason[0] ? reason : NULL;
}

void rt_fail_rank(int new_rank)
{
	rank = new_rank;
}

void rt_fail_into(char *text)
{
	own_reason = text;
}

void rt_fail_line(long new_line)
{
	line = new_line;
}

void rt_failure_report(const char *prefix)
{
	if (!reason[0])
		rt_fail(RT_INTERNAL_ERROR, "the program failed without a reason");
	fflush(stdout);
	fprintf(stderr, "%s\n", reason);
	char path[RT_PATH];
	if (!prefix || snprintf(path, sizeof path, "%s/output", prefix) >= RT_PATH - (int)sizeof "/failure")
		return;
	mkdir(path, 0777);                      /* there already, or not to be had */
	strcat(path, "/failure");
	if (!rt_file_replace(path, reason, strlen(reason)))
		fprintf(stderr, "The reason is not in %s: %s\n", path, strerror(errno));
}
