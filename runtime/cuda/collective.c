/* Sums over GPUs. They go to a stream of their own, so that they overlap with what the step does next; all of them in one
 * order, which is the same on every GPU. */
#include "device.h"
#include <dlfcn.h>
#include <nccl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MEETING_SECONDS = 120, STILL_SECONDS = 60 };

struct rt_nccl {
	const struct rt_ranks *ranks;
	ncclComm_t comm;
	cudaStream_t stream;
	cudaEvent_t ready, summed;
	ncclResult_t error;                 /* the first */
	ncclResult_t (*get_id)(ncclUniqueId *);
	ncclResult_t (*init)(ncclComm_t *, int, ncclUniqueId, int, ncclConfig_t *);
	ncclResult_t (*async_error)(ncclComm_t, ncclResult_t *);
	ncclResult_t (*all_reduce)(const void *, void *, size_t, ncclDataType_t, ncclRedOp_t, ncclComm_t, cudaStream_t);
	ncclResult_t (*abort)(ncclComm_t);
	ncclResult_t (*destroy)(ncclComm_t);
	const char *(*error_text)(ncclResult_t);
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void pause_shortly(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
}

static int check(const struct rt_nccl *n, ncclResult_t result, const char *what)
{
	if (result == ncclSuccess)
		return 0;
	return rt_fail(RT_SYSTEM_ERROR, "GPU %d of %d cannot %s: %s (NCCL error %d)", n->ranks->rank, n->ranks->count, what,
		n->error_text(result), (int)result);
}

/* ---- the library ---- */

static int load(struct rt_nccl *n)
{
	const struct { const char *name; void **to; } functions[] = {
		{"ncclGetUniqueId", (void **)&n->get_id}, {"ncclCommInitRankConfig", (void **)&n->init},
		{"ncclCommGetAsyncError", (void **)&n->async_error}, {"ncclAllReduce", (void **)&n->all_reduce},
		{"ncclCommAbort", (void **)&n->abort}, {"ncclCommDestroy", (void **)&n->destroy},
		{"ncclGetErrorString", (void **)&n->error_text},
	};
	void *library = dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return rt_fail(RT_SYSTEM_ERROR, "training on several GPUs takes NCCL: %s; install it, or set LD_LIBRARY_PATH", dlerror());
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		*functions[i].to = dlsym(library, functions[i].name);
		if (!*functions[i].to)
			return rt_fail(RT_SYSTEM_ERROR, "libnccl.so.2 has no %s: it is too old", functions[i].name);
	}
	return 0;
}

/* ---- meeting ---- */

/* The first rank makes the id, the others wait for it. */
static int share_id(const struct rt_nccl *n, ncclUniqueId *id)
{
	struct rt_ranks_shared *shared = n->ranks->shared;
	const double deadline = seconds() + MEETING_SECONDS;
	_Static_assert(sizeof shared->id >= sizeof *id, "room for NCCL's id");
	if (n->ranks->rank == 0) {
		if (check(n, n->get_id(id), "call the other GPUs"))
			return -1;
		memcpy(shared->id, id, sizeof *id);
		atomic_store(&shared->has_id, 1);
		return 0;
	}
	while (!atomic_load(&shared->has_id)) {
		if (seconds() > deadline)
			return rt_fail(RT_SYSTEM_ERROR, "GPU 0 did not call the others within %d seconds", MEETING_SECONDS);
		pause_shortly();
	}
	memcpy(id, shared->id, sizeof *id);
	return 0;
}

/* Calls return before they are done: waits until the last one is. */
static ncclResult_t settle(const struct rt_nccl *n, ncclResult_t result, double deadline)
{
	while (result == ncclInProgress) {
		if (seconds() > deadline)
			return ncclSystemError;
		pause_shortly();
		ncclResult_t asked = n->async_error(n->comm, &result);
		if (asked != ncclSuccess)
			return asked;
	}
	return result;
}

static int meet(struct rt_nccl *n)
{
	ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
	ncclUniqueId id;
	config.blocking = 0;
	if (share_id(n, &id))
		return -1;
	ncclResult_t result = n->init(&n->comm, n->ranks->count, id, n->ranks->rank, &config);
	return check(n, settle(n, result, seconds() + MEETING_SECONDS), "meet the other GPUs");
}

int rt_nccl_open(struct rt_cuda *c, const struct rt_ranks *ranks)
{
	struct rt_nccl *n = calloc(1, sizeof *n);
	if (!n)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory");
	n->ranks = ranks;
	c->nccl = n;
	if (load(n) || cudaStreamCreateWithFlags(&n->stream, cudaStreamNonBlocking) ||
		cudaEventCreateWithFlags(&n->ready, cudaEventDisableTiming) ||
		cudaEventCreateWithFlags(&n->summed, cudaEventDisableTiming))
		return rt_failure() ? -1 : rt_fail(RT_SYSTEM_ERROR, "cannot make a stream on GPU %d", ranks->rank);
	return meet(n);
}

void rt_nccl_close(struct rt_cuda *c, bool failed)
{
	struct rt_nccl *n = c->nccl;
	if (n->comm && failed)
		n->abort(n->comm);
	else if (n->comm)
		n->destroy(n->comm);
	cudaEventDestroy(n->ready);
	cudaEventDestroy(n->summed);
	cudaStreamDestroy(n->stream);
	free(n);
	c->nccl = NULL;
}

/* ---- sums ---- */

/* Waits for what is on c->stream so far; beside: and for what went aside. */
static void add_up(struct rt_cuda *c, real *values, size_t count, bool beside)
{
	struct rt_nccl *n = c->nccl;
	if (!n || c->planning || c->error || n->error)
		return;
	rt_cuda_keep(c, cudaEventRecord(n->ready, c->stream), "a sum over GPUs");
	rt_cuda_keep(c, cudaStreamWaitEvent(n->stream, n->ready, 0), "a sum over GPUs");
	if (beside && c->aside.pending)
		rt_cuda_keep(c, cudaStreamWaitEvent(n->stream, c->aside.done, 0), "a sum over GPUs");
	ncclResult_t result = n->all_reduce(values, values, count, sizeof(real) == sizeof(float) ? ncclFloat : ncclDouble, ncclSum,
		n->comm, n->stream);
	n->error = settle(n, result, seconds() + STILL_SECONDS);
}

void rt_cuda_reduce(struct rt_cuda *c, real *values, size_t count)
{
	add_up(c, values, count, true);
}

void rt_nccl_join(struct rt_cuda *c)
{
	struct rt_nccl *n = c->nccl;
	if (!n || c->planning)
		return;
	rt_cuda_keep(c, cudaEventRecord(n->summed, n->stream), "a sum over GPUs");
	rt_cuda_keep(c, cudaStreamWaitEvent(c->stream, n->summed, 0), "a sum over GPUs");
	if (n->error)
		rt_cuda_keep(c, cudaErrorUnknown, n->error_text(n->error));
}

void rt_cuda_share_begin(struct rt_cuda *c, real *values, size_t count)
{
	if (c->nccl && !c->planning)
		rt_cuda_keep(c, cudaMemsetAsync(values, 0, count * sizeof *values, c->stream), "statistics");
}

void rt_cuda_share_end(struct rt_cuda *c, real *values, size_t count)
{
	add_up(c, values, count, false);
	rt_nccl_join(c);
}

int rt_nccl_wait(struct rt_cuda *c, cudaEvent_t event)
{
	const struct rt_nccl *n = c->nccl;
	const double deadline = seconds() + STILL_SECONDS;
	cudaError_t error;
	while ((error = cudaEventQuery(event)) == cudaErrorNotReady) {
		ncclResult_t result = ncclSuccess;
		if (check(n, n->async_error(n->comm, &result), "add up gradients") || check(n, result, "add up gradients"))
			return -1;
		if (seconds() > deadline)
			return rt_fail(RT_SYSTEM_ERROR, "GPU %d of %d has not moved for %d seconds", n->ranks->rank, n->ranks->count,
				STILL_SECONDS);
		pause_shortly();
	}
	return error ? rt_fail(RT_SYSTEM_ERROR, "GPU %d of %d failed: %s (CUDA error %d)", n->ranks->rank, n->ranks->count,
		cudaGetErrorString(error), (int)error) : 0;
}
