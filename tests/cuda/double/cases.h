/* What the double's test programs share. */
#pragma once
#include <cuda_runtime_api.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) ok((int)(call), #call, __LINE__)
#define SAY(...) (printf(__VA_ARGS__), putchar('\n'))

static inline void ok(int error, const char *call, int line)
{
	if (!error)
		return;
	fprintf(stderr, "line %d: %s: %s\n", line, call, cudaGetErrorString((cudaError_t)error));
	exit(3);
}

struct test_case {
	const char *name;
	void (*run)(void);
};

static inline int run_case(const struct test_case *cases, size_t count, int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < count; i++)
		if (!strcmp(cases[i].name, argv[1])) {
			cases[i].run();
			return 0;
		}
	fputs("no such case\n", stderr);
	return 2;
}

static inline cudaError_t launch(const void *kernel, unsigned grid, unsigned block, size_t shared, cudaStream_t stream,
	void **arguments)
{
	return cudaLaunchKernel(kernel, (dim3){grid, 1, 1}, (dim3){block, 1, 1}, arguments, shared, stream);
}

/* Device memory that holds what the host's does. */
static inline void *on_device(const void *from, size_t bytes)
{
	void *memory;
	OK(cudaMalloc(&memory, bytes));
	OK(cudaMemcpy(memory, from, bytes, cudaMemcpyHostToDevice));
	return memory;
}

static inline cudaStream_t new_stream(void)
{
	cudaStream_t stream;
	OK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
	return stream;
}

static inline cudaEvent_t new_event(void)
{
	cudaEvent_t event;
	OK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
	return event;
}
