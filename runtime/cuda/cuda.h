/* What a generated step.c for GPUs is written with, and what it hands to the runtime. */
#ifndef TRAINC_CUDA_H
#define TRAINC_CUDA_H
#include <stdbool.h>
#include <stddef.h>
#include <cuda_runtime_api.h>
#include <trainc/rt.h>
#include "work.h"

struct rt_nccl;
struct rt_products;

/* The stream beside: aside.c. */
struct rt_cuda_aside {
	cudaStream_t stream;                /* the one that launches do not go to */
	cudaEvent_t forked, done;
	bool used, off;                     /* something is to go there; it does not: all goes to c->stream */
	bool on;                            /* launches go beside */
	bool pending;                       /* something went there that c->stream has not waited for */
};

/* A GPU at work for one process. Launches go to stream; the first error is kept, and later launches do nothing. */
struct rt_cuda {
	struct rt_cuda_work work;           /* as the next launch passes it */
	cudaStream_t stream;
	struct rt_cuda_aside aside;
	long most_blocks;                   /* that elementwise kernels are cut into */
	cudaError_t error;
	const char *failed;                 /* what failed with it, for messages */
	/* Set to look at each layer's output, on the GPU, behind the launch that made it. */
	void (*trace)(struct rt_cuda *c, int layer, const real *values, size_t count);
	void *trace_data;
	struct rt_nccl *nccl;               /* the other GPUs; NULL: there are none */
	bool planning;                      /* launches do nothing: only plans of the libraries are made */
	struct rt_products *products;       /* these */
	struct CUlib_st *kernels;           /* a library of them for this card; NULL: those that nvcc made */
};

/* NVIDIA's libraries, for programs that call them: libraries.h. */
struct rt_cuda_libraries {
	int (*open)(struct rt_cuda *c);             /* 0, or -1 after rt_fail */
	void (*close)(struct rt_cuda *c);
};

/* The generated program's part: each function puts its launches on c->stream. */
struct rt_cuda_code {
	void (*gradients)(struct rt_cuda *c);       /* forward, loss, backward: work.gradients and the sums behind them */
	void (*update)(struct rt_cuda *c);          /* the optimizer's step, unless the loss was not finite */
	void (*prepare)(struct rt_cuda *c);         /* once before evaluations */
	void (*evaluate)(struct rt_cuda *c);        /* forward without dropout: these sums, and work.predictions */
	const struct rt_cuda_libraries *libraries;  /* NULL: it calls none */
	size_t sample, slot, fixed;                 /* reals of memory a sample of the batch, a slot, once */
	size_t largest;                             /* reals of the largest tensor, a sample: batches of them fit an int */
};

/* The struct rt_code of a generated program. */
#define RT_CUDA_CODE(code) { \
	.isa = "cuda", .gradients = rt_cuda_gradients, .prepare = rt_cuda_prepare, .evaluate = rt_cuda_evaluate, \
	.device = &rt_cuda_device, .program = code, \
}

extern const struct rt_device rt_cuda_device;

/* One batch whose data lie in the processor's memory, and whose results go there: for requests and for finding out what
 * went wrong. */
void rt_cuda_gradients(struct rt_work *w);
void rt_cuda_prepare(struct rt_work *w);
void rt_cuda_evaluate(struct rt_work *w);

/* Launches blocks of RT_CUDA_THREADS with work and then the pointers as arguments; no blocks: nothing to do. */
void rt_cuda_launch(struct rt_cuda *c, const char *name, const void *kernel, long blocks, const real *const *pointers, int n);

/* Over several GPUs: see the macros below. */
void rt_cuda_share_begin(struct rt_cuda *c, real *values, size_t count);
void rt_cuda_share_end(struct rt_cuda *c, real *values, size_t count);
void rt_cuda_reduce(struct rt_cuda *c, real *values, size_t count);

/* What is launched between begin and end waits for what was launched before fork, and goes beside what is launched since;
 * c->stream waits for it at the next fork, or at join. */
void rt_cuda_aside_fork(struct rt_cuda *c);
void rt_cuda_aside_begin(struct rt_cuda *c);
void rt_cuda_aside_end(struct rt_cuda *c);
void rt_cuda_aside_join(struct rt_cuda *c);

/* Adds up the batch's losses and metrics, behind the gradients. */
void rt_cuda_sum_losses(struct rt_cuda *c);

static inline long rt_cuda_blocks(const struct rt_cuda *c, long elements)
{
	long blocks = (elements + RT_CUDA_THREADS - 1) / RT_CUDA_THREADS;
	return blocks < c->most_blocks ? blocks : c->most_blocks;
}

#define RT_CUDA_POINTERS(...) (const real *[]){__VA_ARGS__}
#define LAUNCH(kernel, blocks, ...) \
	rt_cuda_launch(cuda, #kernel, (const void *)kernel, blocks, RT_CUDA_POINTERS(__VA_ARGS__), \
		(int)(sizeof(RT_CUDA_POINTERS(__VA_ARGS__)) / sizeof(real *)))
/* Blocks for a thread an element. */
#define ELEMENTS(count) rt_cuda_blocks(cuda, count)
/* Sums of this GPU's samples, zeros elsewhere, become those of all; gradients likewise. Nothing for one GPU. */
#define SHARE_BEGIN(values, count) rt_cuda_share_begin(cuda, values, count)
#define SHARE_END(values, count) rt_cuda_share_end(cuda, values, count)
#define REDUCE(from, count) rt_cuda_reduce(cuda, cuda->work.gradients + (from), count)
#define SUM_LOSSES() rt_cuda_sum_losses(cuda)
#define ASIDE_FORK() rt_cuda_aside_fork(cuda)
#define ASIDE_BEGIN() rt_cuda_aside_begin(cuda)
#define ASIDE_END() rt_cuda_aside_end(cuda)
#define ASIDE_JOIN() rt_cuda_aside_join(cuda)
#define TRACE(layer, values, count) \
	do { \
		if (cuda->trace) \
			cuda->trace(cuda, layer, values, (size_t)n * (count)); \
	} while (0)

#endif
