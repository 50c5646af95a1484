/* The double of NCCL: ranks are processes of this machine that meet in shared memory. Communicators and errors; the
   collective operations are in nccl_collective.c. */
#define _GNU_SOURCE
#include "nccl_comm.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char last_error[256];
static struct ncclComm *communicators;          /* none is freed: work may still name it */

double nccl_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double nccl_patience(void)
{
	return double_number("DOUBLE_NCCL_TIMEOUT", 30);
}

ncclResult_t nccl_fail(ncclResult_t result, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vsnprintf(last_error, sizeof last_error, format, list);
	va_end(list);
	fprintf(stderr, "cuda double: %s\n", last_error);
	return result;
}

ncclResult_t nccl_enter(const char *function)
{
	int code;
	double_lock();
	if (double_injected(function, &code))
		return code ? (ncclResult_t)code : ncclSystemError;
	return ncclSuccess;
}

void nccl_leave(const ncclResult_t *entered)
{
	(void)entered;
	double_unlock();
}

const char *ncclGetErrorString(ncclResult_t result)
{
	static const char *const texts[] = {
		[ncclSuccess] = "no error",
		[ncclUnhandledCudaError] = "unhandled cuda error (run with NCCL_DEBUG=INFO for details)",
		[ncclSystemError] = "unhandled system error (run with NCCL_DEBUG=INFO for details)",
		[ncclInternalError] = "internal error - please report this issue to the NCCL developers",
		[ncclInvalidArgument] = "invalid argument (run with NCCL_DEBUG=WARN for details)",
		[ncclInvalidUsage] = "invalid usage (run with NCCL_DEBUG=WARN for details)",
		[ncclRemoteError] = "remote process exited or there was a network error",
		[ncclInProgress] = "NCCL operation in progress",
	};
	return (unsigned)result < ncclNumResults ? texts[result] : "unknown result code";
}

const char *ncclGetLastError(ncclComm_t comm)
{
	(void)comm;
	return last_error;
}

ncclResult_t ncclGetVersion(int *version)
{
	*version = NCCL_VERSION_CODE;
	return ncclSuccess;
}

ncclResult_t ncclGetUniqueId(ncclUniqueId *id)
{
	NCCL_ENTER();
	struct meeting_id made;
	if (!meeting_create(&made))
		return nccl_fail(ncclSystemError, "ncclGetUniqueId: no shared memory");
	memset(id, 0, sizeof *id);
	memcpy(id, &made, sizeof made);
	return ncclSuccess;
}

/* --- joining --- */

/* Two ranks on one device are refused, as NCCL does. */
static ncclResult_t check_devices(const struct ncclComm *comm)
{
	for (int rank = 0; rank < comm->ranks; rank++)
		if (rank != comm->rank && comm->meeting->members[rank].device == comm->device)
			return nccl_fail(ncclInvalidUsage, "Duplicate GPU detected: ranks %d and %d both use device %d", comm->rank, rank,
				comm->device);
	return ncclSuccess;
}

static ncclResult_t joining(struct ncclComm *comm)
{
	if (atomic_load(&comm->meeting->joined) == comm->ranks)
		return check_devices(comm);
	if (atomic_load(&comm->meeting->aborted))
		return nccl_fail(ncclRemoteError, "rank %d: rank %d has left before all had joined", comm->rank,
			atomic_load(&comm->meeting->aborted) - 1);
	return ncclInProgress;
}

static ncclResult_t join(ncclComm_t *comm, int ranks, const ncclUniqueId *id, int rank)
{
	struct meeting_id place;
	int device = double_device();
	memcpy(&place, id, sizeof place);
	struct meeting *meeting = meeting_open(&place);
	if (!meeting)
		return nccl_fail(ncclSystemError, "ncclCommInitRank: the process that made the id is gone, or this is none");
	const char *wrong = meeting_join(meeting, rank, ranks, device);
	if (wrong)
		return nccl_fail(ncclInvalidArgument, "ncclCommInitRank: rank %d of %d: %s", rank, ranks, wrong);
	struct ncclComm *made = calloc(1, sizeof *made);
	*made = (struct ncclComm){.meeting = meeting, .rank = rank, .ranks = ranks, .device = device,
		.error = ncclInProgress, .deadline = nccl_now() + nccl_patience(), .next = communicators};
	*comm = communicators = made;
	return ncclInProgress;
}

/* For those who want to block. */
static ncclResult_t wait_for_all(struct ncclComm *comm)
{
	while ((comm->error = joining(comm)) == ncclInProgress) {
		if (nccl_now() > comm->deadline)
			return comm->error = nccl_fail(ncclSystemError, "ncclCommInitRank: %d of %d ranks have come",
				atomic_load(&comm->meeting->joined), comm->ranks);
		double_pause();
	}
	return comm->error;
}

ncclResult_t ncclCommInitRank(ncclComm_t *comm, int ranks, ncclUniqueId id, int rank)
{
	NCCL_ENTER();
	ncclResult_t result = join(comm, ranks, &id, rank);
	return result == ncclInProgress ? wait_for_all(*comm) : result;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t *comm, int ranks, ncclUniqueId id, int rank, ncclConfig_t *config)
{
	NCCL_ENTER();
	if (config && config->magic != 0xcafebeef)
		return nccl_fail(ncclInvalidArgument, "ncclCommInitRankConfig: begin the config with NCCL_CONFIG_INITIALIZER");
	ncclResult_t result = join(comm, ranks, &id, rank);
	return result == ncclInProgress && (!config || config->blocking) ? wait_for_all(*comm) : result;
}

/* --- a communicator --- */

ncclResult_t nccl_usable(const struct ncclComm *comm, const char *function)
{
	if (!comm)
		return nccl_fail(ncclInvalidArgument, "%s: no communicator", function);
	if (comm->destroyed || comm->aborted)
		double_die("%s: the communicator was %s", function, comm->aborted ? "aborted" : "destroyed");
	return ncclSuccess;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t *error)
{
	NCCL_ENTER();
	ncclResult_t result = nccl_usable(comm, __func__);
	if (result)
		return result;
	if (comm->error == ncclInProgress)
		comm->error = joining(comm);
	if (!comm->error && atomic_load(&comm->meeting->aborted))
		comm->error = nccl_fail(ncclRemoteError, "rank %d: rank %d has aborted the communicator", comm->rank,
			atomic_load(&comm->meeting->aborted) - 1);
	*error = comm->error;
	return ncclSuccess;
}

ncclResult_t ncclCommCount(const ncclComm_t comm, int *count)
{
	NCCL_ENTER();
	*count = comm->ranks;
	return nccl_usable(comm, __func__);
}

ncclResult_t ncclCommUserRank(const ncclComm_t comm, int *rank)
{
	NCCL_ENTER();
	*rank = comm->rank;
	return nccl_usable(comm, __func__);
}

ncclResult_t ncclCommCuDevice(const ncclComm_t comm, int *device)
{
	NCCL_ENTER();
	*device = comm->device;
	return nccl_usable(comm, __func__);
}

ncclResult_t ncclCommFinalize(ncclComm_t comm)
{
	NCCL_ENTER();
	return nccl_usable(comm, __func__);
}

/* NCCL waits here for ever while a graph that captured the communicator is alive. */
ncclResult_t ncclCommDestroy(ncclComm_t comm)
{
	NCCL_ENTER();
	ncclResult_t result = nccl_usable(comm, __func__);
	if (result)
		return result;
	if (comm->graphs)
		double_die("ncclCommDestroy: graphs with %u operations of this communicator are alive: destroy them first",
			comm->graphs);
	comm->destroyed = true;
	return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm)
{
	NCCL_ENTER();
	ncclResult_t result = nccl_usable(comm, __func__);
	if (result)
		return result;
	atomic_store(&comm->meeting->aborted, comm->rank + 1);
	comm->aborted = true;
	return ncclSuccess;
}
