/* For fuzzers of what is read from a file: the input as a file without a disk. */
#ifndef TEST_FUZZ_INPUT_H
#define TEST_FUZZ_INPUT_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FUZZ_PATH = 64 };

/* path names a file of these bytes until the returned descriptor is closed. */
static inline int fuzz_file(const uint8_t *bytes, size_t size, char path[FUZZ_PATH])
{
	int fd = memfd_create("fuzz", 0);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", fd);
	return fd;
}

#endif
