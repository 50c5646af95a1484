/* Sums over the GPUs of a job, one process each, through NCCL, which is loaded only then. */
#ifndef TRAINC_CUDA_COLLECTIVE_H
#define TRAINC_CUDA_COLLECTIVE_H
#include "cuda.h"
#include "internal.h"

/* Joins the job's other ranks: c->nccl. Waits for all of them, up to a deadline. 0, or -1 after rt_fail. */
int rt_nccl_open(struct rt_cuda *c, const struct rt_ranks *ranks);
/* Leaves them, at once if the job has failed. Graphs with sums in them must be gone. */
void rt_nccl_close(struct rt_cuda *c, bool failed);
/* What comes next on c->stream waits for the sums that were begun. */
void rt_nccl_join(struct rt_cuda *c);
/* Waits for the event; -1 after rt_fail if another rank has failed or nothing has moved for long. */
int rt_nccl_wait(struct rt_cuda *c, cudaEvent_t event);

#endif
