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

/* A letter of several bytes at the very end may have been cut: what is left of it goes. */
static void drop_cut_letter(char *text, size_t size)
{
	size_t start = size;
	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)text[--start];
	size_t letter = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (size - start < letter)
		text[start] = '\0';
}

/* A reason is one line. */
static void tidy(char *text)
{
	if (strlen(text) == REASON)
		drop_cut_letter(text, REASON);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = *c == '\n' || *c == '\t' ? ' ' : '?';
}

int rt_fail(enum rt_fault fault, const char *format, ...)
{
	char text[REASON + 1];
	int used = snprintf(text, sizeof text, "%s: ", faults[fault]);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
	va_end(arguments);
	tidy(text);
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
	const size_t behind = strlen(more), size = strnlen(text, REASON - behind);
	pthread_mutex_lock(&lock);
	if (!reason[0]) {
		memcpy(reason, text, size);
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
