/* A rank's end of a communicator. Read by nccl.c and nccl_collective.c. */
#pragma once
#include "core.h"
#include "nccl_shared.h"
#include <nccl.h>

struct ncclComm {
	struct meeting *meeting;
	int rank, ranks, device;
	unsigned long barriers;                 /* that this rank has arrived at */
	unsigned graphs;                        /* nodes of graphs alive that name it */
	ncclResult_t error;                     /* found while work ran */
	bool aborted, destroyed;
	double deadline;                        /* of joining */
	struct ncclComm *next;                  /* of all that there have been */
};

double nccl_now(void);                          /* seconds */
double nccl_patience(void);                     /* DOUBLE_NCCL_TIMEOUT */
/* Keeps a line for ncclGetLastError and prints it. */
__attribute__((format(printf, 2, 3))) ncclResult_t nccl_fail(ncclResult_t result, const char *format, ...);
ncclResult_t nccl_enter(const char *function);
void nccl_leave(const ncclResult_t *entered);
ncclResult_t nccl_usable(const struct ncclComm *comm, const char *function);

#define NCCL_ENTER() \
	ncclResult_t entered __attribute__((cleanup(nccl_leave))) = nccl_enter(__func__); \
	if (entered) \
		return entered
