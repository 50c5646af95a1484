/* The reason of a failure: one line of at most 1,024 bytes, of whole characters; the first one, or the one of lowest rank. */
#include "internal.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

/* Each case in a process of its own, since a process has one reason. */
static void apart(void (*run)(void))
{
	int status;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		checks_wrong = 0;
		run();
		fflush(stdout);
		_exit(checks_failed());
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static void first_wins(void)
{
	CHECK(!rt_failure());
	CHECK(rt_fail(RT_DATA_ERROR, "%s\nand\tmore\x01", "a line") == -1);
	rt_fail(RT_USER_ERROR, "the second");
	SAME(rt_failure(), "DataError: a line\\nand\\tmore\\x01");
}

static void long_reason(void)
{
	char text[3001] = "";
	for (int i = 0; i < 1000; i++)
		strcat(text, "\xe2\x82\xac");
	rt_fail(RT_SYSTEM_ERROR, "%s", text);
	size_t size = strlen(rt_failure()), head = strlen("SystemError: ");
	CHECK(size <= 1024 && size > 1000 && (size - head) % 3 == 0);
}

static void long_mixed_reason(void)
{
	char text[1100];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	memcpy(text + 1024 - 11 - 3, "\xe2\x82\xac", 3);       /* the character that just fits */
	rt_fail(RT_USER_ERROR, "%s", text);
	CHECK(strlen(rt_failure()) <= 1024 && strlen(rt_failure()) >= 1020);
}

static void *second_rank(void *unused)
{
	rt_fail_rank(1);
	rt_fail(RT_DATA_ERROR, "of the second channel");
	return unused;
}

static void rank_wins(void)
{
	pthread_t thread;
	CHECK(pthread_create(&thread, NULL, second_rank, NULL) == 0 && pthread_join(thread, NULL) == 0);
	SAME(rt_failure(), "DataError: of the second channel");
	rt_fail(RT_DATA_ERROR, "of the first channel");
	SAME(rt_failure(), "DataError: of the first channel");
}

int main(void)
{
	apart(first_wins);
	apart(long_reason);
	apart(long_mixed_reason);
	apart(rank_wins);
	return checks_failed();
}
