/* Between kernels compiled for the CPU (double.h), the fibers that run their blocks (fibers.c) and the runtime that
   launches them. C and C++ read it. */
#pragma once
#include <cuda_runtime_api.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct double_argument {
	size_t bytes;
	bool pointer;
};

/* One kernel, as the line that `compile` writes for it registers it. */
struct double_kernel {
	const void *handle;                     /* the function's address: what cudaLaunchKernel is given */
	const char *name;
	unsigned most_threads;                  /* __launch_bounds__, or what a block may have */
	unsigned count;
	const struct double_argument *arguments;
	void (*call)(void *const *arguments);
	size_t dynamic_limit;                   /* set by cudaFuncSetAttribute */
	struct double_kernel *next;
};

void double_register(struct double_kernel *kernel);

/* Where the running thread stands: one thread runs at a time. */
struct double_place {
	uint3 thread, block;
	dim3 block_size, grid_size;
};
extern struct double_place double_here;

enum double_order { FORWARD, BACKWARD, PERMUTED, DOUBLE_ORDERS };

struct double_launch {
	const struct double_kernel *kernel;
	dim3 grid, block;
	size_t dynamic_bytes;
	enum double_order order;
	unsigned permutation;                   /* the stride of PERMUTED, before it is made coprime to the threads */
};

void double_run_block(const struct double_launch *launch, void *const *arguments, uint3 block);

/* What kernels call. Every thread that waits says in which line it does. */
enum double_warp_operation { SHUFFLE, BALLOT, SYNCHRONIZE };

struct double_exchange {
	enum double_warp_operation operation;
	unsigned mask;
	const void *in;
	void *out;
	size_t bytes;
	unsigned source;                        /* SHUFFLE: the lane to read */
	int line;
};

void double_barrier(int line);
int double_barrier_count(int predicate, int line);
void double_warp(const struct double_exchange *exchange);
unsigned double_lane(void);
void *double_dynamic_shared(void);
void double_shared(void *memory, size_t bytes, unsigned long *epoch);   /* a variable comes to life in a block */
void *double_warp_scratch(void);                                        /* 8 KB for each warp */

#ifdef __cplusplus
}
#endif
