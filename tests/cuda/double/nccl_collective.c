/* The collective operations: work in a stream like any other, a slot of shared memory at a time. Each turn ends in a
   barrier that is asked, never waited in, so that other streams go on; a rank that does not come in time is an error
   of the communicator, and what waits for it stays where it is until the communicator is aborted. */
#include "nccl_comm.h"
#include "nccl_types.h"
#include <stdio.h>
#include <string.h>

struct collective;

/* How an operation is made of slots: who writes the turn's numbers, and what is made of them. */
struct kind_of_collective {
	const char *name;
	bool root_only;                         /* the root alone has something to show */
	void (*take)(const struct collective *c, size_t first, size_t count);
};

struct collective {
	const struct kind_of_collective *kind;
	struct ncclComm *comm;
	struct agreement wants;
	size_t bytes;                           /* of a number */
	const unsigned char *from;
	unsigned char *to;
	size_t done;
	enum { SHOW, TAKE, LEAVE } stage;
	double deadline;
};

/* --- what is made of the slots --- */

static void take_reduced(const struct collective *c, size_t first, size_t count)
{
	const void *from[MOST_RANKS];
	for (int rank = 0; rank < c->comm->ranks; rank++)
		from[rank] = c->comm->meeting->slots[rank];
	nccl_reduce((ncclDataType_t)c->wants.type, (ncclRedOp_t)c->wants.operation, c->to + first * c->bytes, from,
		c->comm->ranks, count);
}

static void take_all(const struct collective *c, size_t first, size_t count)
{
	for (int rank = 0; rank < c->comm->ranks; rank++)
		memcpy(c->to + ((size_t)rank * c->wants.count + first) * c->bytes, c->comm->meeting->slots[rank], count * c->bytes);
}

static void take_of_root(const struct collective *c, size_t first, size_t count)
{
	memcpy(c->to + first * c->bytes, c->comm->meeting->slots[c->wants.root], count * c->bytes);
}

static const struct kind_of_collective all_reduce = {"ncclAllReduce", false, take_reduced};
static const struct kind_of_collective all_gather = {"ncclAllGather", false, take_all};
static const struct kind_of_collective broadcast = {"ncclBroadcast", true, take_of_root};

/* --- turns --- */

static size_t numbers_of_turn(const struct collective *c)
{
	size_t left = c->wants.count - c->done, most = SLOT_BYTES / c->bytes;
	return left < most ? left : most;
}

static void arrive(struct collective *c)
{
	c->comm->barriers++;
	c->deadline = nccl_now() + nccl_patience();
	atomic_fetch_add(&c->comm->meeting->arrived, 1);
}

static bool all_have_arrived(const struct ncclComm *comm)
{
	return atomic_load(&comm->meeting->arrived) >= comm->barriers * (unsigned long)comm->ranks;
}

static void show(struct collective *c)
{
	struct meeting *meeting = c->comm->meeting;
	int rank = c->comm->rank;
	meeting->members[rank].wants = c->wants;
	if (!c->kind->root_only || rank == c->wants.root)
		memcpy(meeting->slots[rank], c->from + c->done * c->bytes, numbers_of_turn(c) * c->bytes);
}

static void describe(char *to, size_t size, const struct agreement *of)
{
	snprintf(to, size, "%s of %llu %s, %s, root %d", of->name, (unsigned long long)of->count,
		nccl_type_name((ncclDataType_t)of->type), nccl_operation_name((ncclRedOp_t)of->operation), of->root);
}

static void check_agreement(const struct collective *c)
{
	char mine[128], theirs[128];
	for (int rank = 0; rank < c->comm->ranks; rank++) {
		const struct agreement *wants = &c->comm->meeting->members[rank].wants;
		if (!memcmp(wants, &c->wants, sizeof *wants))
			continue;
		describe(mine, sizeof mine, &c->wants);
		describe(theirs, sizeof theirs, wants);
		double_die("ranks disagree: rank %d does %s; rank %d does %s", c->comm->rank, mine, rank, theirs);
	}
}

static enum double_progress wait_for_others(const struct collective *c)
{
	struct ncclComm *comm = c->comm;
	if (comm->error)
		return DOUBLE_STUCK;
	if (atomic_load(&comm->meeting->aborted)) {
		comm->error = nccl_fail(ncclRemoteError, "rank %d: %s: rank %d has aborted the communicator", comm->rank,
			c->kind->name, atomic_load(&comm->meeting->aborted) - 1);
		return DOUBLE_STUCK;
	}
	if (nccl_now() < c->deadline)
		return DOUBLE_WAITING;
	comm->error = nccl_fail(ncclRemoteError, "rank %d: %s: not all ranks came within %g s", comm->rank, c->kind->name,
		nccl_patience());
	return DOUBLE_STUCK;
}

static enum double_progress run_collective(void *payload)
{
	struct collective *c = payload;
	if (c->comm->aborted)
		return DOUBLE_FINISHED;
	if (c->stage == SHOW)
		show(c);
	else if (!all_have_arrived(c->comm))
		return wait_for_others(c);
	if (c->stage == TAKE) {
		check_agreement(c);
		c->kind->take(c, c->done, numbers_of_turn(c));
	}
	if (c->stage != LEAVE) {
		c->stage++;
		arrive(c);
		return DOUBLE_ADVANCED;
	}
	c->done += numbers_of_turn(c);
	c->stage = SHOW;
	return c->done == c->wants.count ? DOUBLE_FINISHED : DOUBLE_ADVANCED;
}

static void captured(void *payload, int change)
{
	struct collective *c = payload;
	c->comm->graphs += (unsigned)change;
}

static const struct double_kind work = {"an operation of NCCL", run_collective, NULL, captured};

/* --- groups: what stands between start and end is enqueued at the end --- */

enum { MOST_IN_GROUP = 256 };

static struct {
	int depth, count;
	struct {
		struct collective what;
		cudaStream_t stream;
	} waiting[MOST_IN_GROUP];
} group;

static ncclResult_t enqueue(const struct collective *c, cudaStream_t stream)
{
	return double_enqueue(stream, &work, c, sizeof *c, c->comm) ? ncclUnhandledCudaError : ncclSuccess;
}

ncclResult_t ncclGroupStart(void)
{
	NCCL_ENTER();
	group.depth++;
	return ncclSuccess;
}

ncclResult_t ncclGroupEnd(void)
{
	NCCL_ENTER();
	ncclResult_t result = ncclSuccess;
	if (!group.depth)
		return nccl_fail(ncclInvalidUsage, "ncclGroupEnd: no group was begun");
	if (--group.depth)
		return ncclSuccess;
	for (int i = 0; i < group.count && !result; i++)
		result = enqueue(&group.waiting[i].what, group.waiting[i].stream);
	group.count = 0;
	return result;
}

static ncclResult_t give(const struct collective *c, cudaStream_t stream)
{
	if (!group.depth)
		return enqueue(c, stream);
	if (group.count == MOST_IN_GROUP)
		double_die("over %d operations in a group", MOST_IN_GROUP);
	group.waiting[group.count].what = *c;
	group.waiting[group.count++].stream = stream;
	return ncclSuccess;
}

/* --- the calls --- */

struct request {
	const struct kind_of_collective *kind;
	const void *from;
	void *to;
	size_t count, results;                  /* numbers given and got */
	ncclDataType_t type;
	ncclRedOp_t operation;
	int root;
};

static ncclResult_t check_request(const struct request *r, const struct ncclComm *comm)
{
	ncclResult_t result = nccl_usable(comm, r->kind->name);
	if (result)
		return result;
	if (comm->error)
		return nccl_fail(ncclInvalidUsage, "%s: the communicator is %s", r->kind->name,
			comm->error == ncclInProgress ? "not ready: ask ncclCommGetAsyncError" : "broken");
	if (!nccl_type_bytes(r->type) || !nccl_operation_name(r->operation) || r->root < 0 || r->root >= comm->ranks)
		return nccl_fail(ncclInvalidArgument, "%s: a type, operation or root that is not known", r->kind->name);
	return ncclSuccess;
}

static ncclResult_t begin(const struct request *r, struct ncclComm *comm, cudaStream_t stream)
{
	ncclResult_t result = check_request(r, comm);
	size_t bytes = nccl_type_bytes(r->type);
	if (result || !r->count)
		return result;
	if (!r->kind->root_only || comm->rank == r->root)
		double_check_device_memory(r->from, r->count * bytes, comm->device, r->kind->name, "source");
	double_check_device_memory(r->to, r->results * bytes, comm->device, r->kind->name, "destination");
	struct collective c;
	memset(&c, 0, sizeof c);                /* agreements are compared byte by byte */
	c.kind = r->kind;
	c.comm = comm;
	c.bytes = bytes;
	c.from = r->from;
	c.to = r->to;
	snprintf(c.wants.name, sizeof c.wants.name, "%s", r->kind->name);
	c.wants.count = r->count;
	c.wants.type = (int)r->type;
	c.wants.operation = (int)r->operation;
	c.wants.root = r->root;
	return give(&c, stream);
}

ncclResult_t ncclAllReduce(const void *from, void *to, size_t count, ncclDataType_t type, ncclRedOp_t operation,
	ncclComm_t comm, cudaStream_t stream)
{
	NCCL_ENTER();
	struct request request = {&all_reduce, from, to, count, count, type, operation, 0};
	return begin(&request, comm, stream);
}

ncclResult_t ncclAllGather(const void *from, void *to, size_t count, ncclDataType_t type, ncclComm_t comm,
	cudaStream_t stream)
{
	NCCL_ENTER();
	struct request request = {&all_gather, from, to, count, count * (comm ? (size_t)comm->ranks : 0), type, ncclSum, 0};
	return begin(&request, comm, stream);
}

ncclResult_t ncclBroadcast(const void *from, void *to, size_t count, ncclDataType_t type, int root, ncclComm_t comm,
	cudaStream_t stream)
{
	NCCL_ENTER();
	struct request request = {&broadcast, from, to, count, count, type, ncclSum, root};
	return begin(&request, comm, stream);
}
