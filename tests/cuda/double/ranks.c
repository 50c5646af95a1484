/* Ranks, each a process: what NCCL does when all goes well, and what the others learn when one does wrong or dies.
   ranks CASE N forks N ranks and says what rank 0 found and how each ended; run judges it. */
#define _GNU_SOURCE
#include "cases.h"
#include <nccl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern void add(void);

enum { MANY = 300001, GIVEN_UP = 4 };           /* MANY floats take two turns */

static int rank, ranks;
static struct {
	atomic_int made;
	ncclUniqueId id;
} *shared;

static ncclComm_t start_to_join(int device)
{
	ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
	ncclComm_t comm;
	config.blocking = 0;
	OK(cudaSetDevice(device));
	if (rank == 0) {
		OK(ncclGetUniqueId(&shared->id));
		atomic_store(&shared->made, 1);
	}
	while (!atomic_load(&shared->made))
		usleep(100);
	ncclResult_t result = ncclCommInitRankConfig(&comm, ranks, shared->id, rank, &config);
	if (result != ncclInProgress)
		OK(result);
	return comm;
}

static ncclResult_t joined(ncclComm_t comm, double seconds)
{
	ncclResult_t error = ncclInProgress;
	for (int i = 0; error == ncclInProgress && i < seconds * 1e4; i++) {
		usleep(100);
		OK(ncclCommGetAsyncError(comm, &error));
	}
	return error;
}

static ncclComm_t join(void)
{
	ncclComm_t comm = start_to_join(rank);
	OK(joined(comm, 10));
	return comm;
}

/* As a program does that must not hang: asks until the work is done or the communicator broken. */
static void wait_or_give_up(ncclComm_t comm, cudaStream_t stream)
{
	ncclResult_t error = ncclSuccess;
	while (cudaStreamQuery(stream) == cudaErrorNotReady && !error)
		OK(ncclCommGetAsyncError(comm, &error));
	if (!error)
		return;
	fprintf(stderr, "rank %d gives up: %s\n", rank, ncclGetErrorString(error));
	OK(ncclCommAbort(comm));
	OK(cudaStreamSynchronize(stream));
	exit(GIVEN_UP);
}

static float *filled(size_t count, float value)
{
	float *host = malloc(count * sizeof *host);
	for (size_t i = 0; i < count; i++)
		host[i] = value;
	float *memory = on_device(host, count * sizeof *host);
	free(host);
	return memory;
}

static float at(const float *memory, size_t i)
{
	float value;
	OK(cudaMemcpy(&value, memory + i, sizeof value, cudaMemcpyDeviceToHost));
	return value;
}

static void reduce_as(ncclComm_t comm, ncclDataType_t type, ncclRedOp_t operation, uint64_t bits, size_t bytes)
{
	cudaStream_t stream = new_stream();
	void *memory = on_device(&bits, bytes);
	OK(ncclAllReduce(memory, memory, 1, type, operation, comm, stream));
	OK(cudaStreamSynchronize(stream));
	OK(cudaMemcpy(&bits, memory, bytes, cudaMemcpyDeviceToHost));
	if (rank == 0)
		printf("%llx ", (unsigned long long)bits);
}

/* Rank r gives r + 1 as each type: the sums, then other operations. */
static void types(void)
{
	static const uint64_t halves[] = {0x3c00, 0x4000, 0x4200, 0x4400}, bfloats[] = {0x3f80, 0x4000, 0x4040, 0x4080};
	ncclComm_t comm = join();
	float single = (float)(rank + 1);
	double wide = rank + 1;
	uint64_t whole = (uint64_t)rank + 1, bits = 0;
	memcpy(&bits, &single, sizeof single);
	reduce_as(comm, ncclFloat, ncclSum, bits, sizeof single);
	reduce_as(comm, ncclFloat, ncclAvg, bits, sizeof single);
	memcpy(&bits, &wide, sizeof wide);
	reduce_as(comm, ncclDouble, ncclSum, bits, sizeof wide);
	reduce_as(comm, ncclInt32, ncclMax, whole, 4);
	reduce_as(comm, ncclInt64, ncclMin, whole, 8);
	reduce_as(comm, ncclUint64, ncclSum, whole, 8);
	reduce_as(comm, ncclHalf, ncclSum, halves[rank], 2);
	reduce_as(comm, ncclHalf, ncclAvg, halves[rank], 2);
	reduce_as(comm, ncclBfloat16, ncclSum, bfloats[rank], 2);
	OK(ncclCommDestroy(comm));
}

/* A replayed step: every rank adds its number, all are summed; beside it another stream gathers. */
static void graph(void)
{
	ncclComm_t comm = join();
	cudaStream_t stream = new_stream();
	cudaGraph_t graph;
	cudaGraphExec_t executable;
	float *x = filled(MANY, 0), *all = filled((size_t)ranks, 0), what = (float)rank;
	int n = MANY;
	OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
	OK(launch((const void *)add, (MANY + 255) / 256, 256, 0, stream, (void *[]){&x, &what, &n}));
	OK(ncclGroupStart());
	OK(ncclAllReduce(x, x, MANY, ncclFloat, ncclSum, comm, stream));
	OK(ncclAllGather(x + MANY - 1, all, 1, ncclFloat, comm, stream));
	OK(ncclGroupEnd());
	OK(cudaStreamEndCapture(stream, &graph));
	OK(cudaGraphInstantiate(&executable, graph, 0));
	OK(cudaGraphDestroy(graph));
	for (int i = 0; i < 2; i++)
		OK(cudaGraphLaunch(executable, stream));
	wait_or_give_up(comm, stream);
	OK(ncclBroadcast(x, x, 1, ncclFloat, ranks - 1, comm, stream));
	wait_or_give_up(comm, stream);
	if (rank == 0)
		SAY("%g %g %g", at(x, 0), at(x, MANY - 1), at(all, (size_t)ranks - 1));
	OK(cudaGraphExecDestroy(executable));
	OK(ncclCommFinalize(comm));
	OK(ncclCommDestroy(comm));
}

/* Two streams of every rank, picked by different seeds: NCCL keeps the order of the calls. */
static void order_of_calls(void)
{
	ncclComm_t comm = join();
	cudaStream_t first = new_stream(), second = new_stream();
	float *x = filled(10, 1), *y = filled(20, 2);
	for (int i = 0; i < 5; i++) {
		OK(ncclAllReduce(x, x, 10, ncclFloat, ncclAvg, comm, first));
		OK(ncclAllReduce(y, y, 20, ncclFloat, ncclMax, comm, second));
	}
	OK(cudaDeviceSynchronize());
	if (rank == 0)
		SAY("%g %g", at(x, 9), at(y, 19));
}

static void reduce_and_wait(ncclComm_t comm, size_t count)
{
	cudaStream_t stream = new_stream();
	float *x = filled(count, 1);
	OK(ncclAllReduce(x, x, count, ncclFloat, ncclSum, comm, stream));
	wait_or_give_up(comm, stream);
}

static void disagreement(void)
{
	reduce_and_wait(join(), rank == 1 ? 3009 : 3010);
}

static void killed(void)
{
	ncclComm_t comm = join();
	reduce_and_wait(comm, 10);
	if (rank == 1)
		raise(SIGKILL);
	reduce_and_wait(comm, 10);
}

static void aborted(void)
{
	ncclComm_t comm = join();
	reduce_and_wait(comm, 10);
	if (rank == 1) {
		OK(ncclCommAbort(comm));
		return;
	}
	reduce_and_wait(comm, 10);
}

static void graph_left(void)
{
	ncclComm_t comm = join();
	cudaStream_t stream = new_stream();
	cudaGraph_t graph;
	float *x = filled(10, 1);
	OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
	OK(ncclAllReduce(x, x, 10, ncclFloat, ncclSum, comm, stream));
	OK(cudaStreamEndCapture(stream, &graph));
	OK(ncclCommDestroy(comm));
}

static void same_device(void)
{
	fprintf(stderr, "rank %d: %s\n", rank, ncclGetErrorString(joined(start_to_join(0), 10)));
}

static void late(void)
{
	if (rank == 0)
		SAY("%s", ncclGetErrorString(joined(start_to_join(rank), 0.2)));
}

static const struct test_case cases[] = {
#define CASE(name) {#name, name}
	CASE(types), CASE(graph), CASE(order_of_calls), CASE(disagreement), CASE(killed), CASE(aborted), CASE(graph_left),
	CASE(same_device), CASE(late),
#undef CASE
};

/* What ended a rank: its exit code, or minus the signal. */
static int ending(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int main(int argc, char **argv)
{
	pid_t processes[8];
	ranks = argc > 2 ? atoi(argv[2]) : 2;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (rank = 0; rank < ranks; rank++)
		if (!(processes[rank] = fork()))
			return run_case(cases, sizeof cases / sizeof *cases, argc, argv);
	for (int i = 0; i < ranks; i++) {
		int status;
		waitpid(processes[i], &status, 0);
		printf("%s%d", i ? " " : "ended ", ending(status));
	}
	putchar('\n');
	return 0;
}
