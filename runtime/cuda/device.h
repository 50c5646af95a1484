/* What the files of the GPU's runtime share. */
#ifndef TRAINC_CUDA_DEVICE_H
#define TRAINC_CUDA_DEVICE_H
#include "cuda.h"
#include "internal.h"
#include "collective.h"

enum { RT_CUDA_MARKS = 3 };

/* A step recorded for global batches of n samples. other: with gradients of weights in a row, while it is tried, too; launches
 * of the epoch so far, and events between those that are timed. */
struct rt_cuda_graph { int n; cudaGraphExec_t exec, other; int launches; cudaEvent_t marks[RT_CUDA_MARKS]; };

/* One data set in the GPU's memory. */
struct rt_cuda_data { uint8_t *bytes; float *floats, *labels; };

enum { RT_CUDA_GRAPHS = 2 };            /* whole batches and the last one */

/* The device of a job: what w->device points at. */
struct rt_cuda_job {
	struct rt_cuda cuda;                /* first, so that generated functions get it */
	const struct rt_model *model;
	const struct rt_cuda_code *code;
	struct rt_cuda_data training, validation, batch;
	uint32_t *index;
	struct rt_cuda_graph train[RT_CUDA_GRAPHS], evaluate[RT_CUDA_GRAPHS];
	struct rt_cuda_step *polled;        /* in the processor's memory, pinned: copies of the step on their way */
	cudaEvent_t copied[2];
	long looks;                         /* at how far the GPU is, since the job began */
	void *memory[24]; int n_memory;     /* all that was allocated on the GPU */
};

/* The kernels that every program has, in its kernels.cu. */
void rt_cuda_shuffle(void);
void rt_cuda_account(void);
void rt_cuda_advance(void);

/* 0, or -1 after rt_fail: what ("copy the data to the GPU") could not be done. */
int rt_cuda_check(cudaError_t error, const char *what);
/* The same of c's first error, which is forgotten. */
int rt_cuda_take_error(struct rt_cuda *c);
/* Keeps c's first error, and what it was that failed. */
void rt_cuda_keep(struct rt_cuda *c, cudaError_t error, const char *what);
/* The stream beside: 0, or -1 after rt_fail. */
int rt_cuda_aside_open(struct rt_cuda *c);
void rt_cuda_aside_close(struct rt_cuda *c);
/* Chooses the GPU and checks that it and its driver run this program. */
int rt_cuda_choose(int *device, const struct rt_ranks *ranks);
/* The GPU's compute capability. */
int rt_cuda_capability(int device, int *major, int *minor);
/* volta.c: kernels for this card that nvcc did not make, where the program holds such; which of them takes kernel's place. */
int rt_cuda_load_kernels(struct rt_cuda *c, int device);
void rt_cuda_unload_kernels(struct rt_cuda *c);
cudaError_t rt_cuda_find_kernel(const struct rt_cuda *c, const char *name, const void **kernel);
/* This GPU's part of the batch in w: whole slots. */
void rt_cuda_take_part(struct rt_cuda_work *to, const struct rt_work *w);
/* Launches the step for the batch in w; it is recorded when first asked for. */
int rt_cuda_launch_step(struct rt_cuda_job *j, struct rt_cuda_graph graphs[RT_CUDA_GRAPHS], const struct rt_work *w,
	bool training);
void rt_cuda_graphs_close(struct rt_cuda_graph graphs[RT_CUDA_GRAPHS]);
/* Waits for what was launched before the event. */
int rt_cuda_wait(struct rt_cuda_job *j, cudaEvent_t event);
/* Launches a kernel of the runtime's, with pointers to its arguments; an error is kept in c. */
void rt_cuda_launch_with(struct rt_cuda *c, const char *name, const void *kernel, long blocks, void **arguments);
/* Memory on the GPU, zeroed, freed by the job's close. */
int rt_cuda_allocate(struct rt_cuda_job *j, void **to, size_t bytes, const char *what);
/* Copies bytes on the job's stream, as all else goes there: others are not ordered with it. Done when it returns. */
int rt_cuda_copy(struct rt_cuda_job *j, void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, const char *what);

#endif
