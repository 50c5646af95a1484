/* For unit tests: CHECK(condition) reports and goes on; a test's main returns checks_failed(). */
#ifndef TEST_CHECK_H
#define TEST_CHECK_H
#include <stdio.h>

static int checks_wrong;

static inline void check_one(int holds, const char *text, const char *file, int line)
{
	if (holds)
		return;
	printf("FAILED: %s:%d: %s\n", file, line, text);
	checks_wrong = 1;
}

static inline int checks_failed(void)
{
	return checks_wrong;
}

#define CHECK(condition) check_one((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define SAME(a, b) CHECK(!strcmp((a), (b)))

#endif
