/* One device: kernels, memory, streams and graphs, sound and with planted defects. cases NAME runs one and says what
   came out; run judges it. */
#include "cases.h"
#include <math.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 1000 };

#define KERNEL(name) extern void name(void)
KERNEL(sum_floats);
KERNEL(sum_squares);
KERNEL(warp_operations);
KERNEL(count_low);
KERNEL(multiply_bf16);
KERNEL(multiply_tf32);
KERNEL(add);
KERNEL(add_to);
KERNEL(add_too_far);
KERNEL(tree);
KERNEL(tree_without_barrier);
KERNEL(divergent_barrier);
KERNEL(shuffle_with_a_wrong_mask);
KERNEL(never_written);
KERNEL(beyond_shared);
KERNEL(beyond_dynamic);

static float counted[N];                        /* 0, 1, 2, … */

static float to_float(const void *device)
{
	float value;
	OK(cudaMemcpy(&value, device, sizeof value, cudaMemcpyDeviceToHost));
	return value;
}

static void add_counted(float *x, float what, unsigned n, cudaStream_t stream)
{
	OK(launch((const void *)add, (n + 255) / 256, 256, 0, stream, (void *[]){&x, &what, &n}));
}

/* --- kernels --- */

static void sums(void)
{
	int n = N;
	float zero = 0, *x = on_device(counted, sizeof counted), *out = on_device(&zero, sizeof zero);
	double squares[N], none = 0, sum;
	for (int i = 0; i < N; i++)
		squares[i] = i;
	double *of = on_device(squares, sizeof squares), *total = on_device(&none, sizeof none);
	OK(launch((const void *)sum_floats, 3, 128, 0, NULL, (void *[]){&x, &out, &n}));
	OK(launch((const void *)sum_squares, 2, 96, 0, NULL, (void *[]){&of, &total, &n}));
	OK(cudaMemcpy(&sum, total, sizeof sum, cudaMemcpyDeviceToHost));
	SAY("%g %g", to_float(out), sum);
}

static void warps(void)
{
	unsigned results[64][8], *out = on_device(results, sizeof results), low = 0, *count = on_device(&low, sizeof low);
	OK(launch((const void *)warp_operations, 1, 64, 0, NULL, (void *[]){&out}));
	OK(launch((const void *)count_low, 2, 64, 0, NULL, (void *[]){&count}));
	OK(cudaMemcpy(results, out, sizeof results, cudaMemcpyDeviceToHost));
	OK(cudaMemcpy(&low, count, sizeof low, cudaMemcpyDeviceToHost));
	for (unsigned lane = 0; lane < 64; lane += 47)
		for (unsigned i = 0; i < 8; i++)
			printf("%u ", results[lane][i]);
	SAY("%u", low);
}

/* Small numbers are exact in all formats; 1 + 2^-11 is not in tf32. */
static void tensor_cores(void)
{
	uint16_t half[256];
	float a[128], b[128], c[256], d[256];
	for (int i = 0; i < 256; i++)
		half[i] = (uint16_t)(i % 3 ? 0x3f80 : 0x4000);          /* 1, 2 */
	for (int i = 0; i < 128; i++)
		a[i] = b[i] = i ? 1 : 1 + ldexpf(1, -11);
	void *left = on_device(half, sizeof half), *x = on_device(a, sizeof a), *y = on_device(b, sizeof b);
	float *out = on_device(c, sizeof c), *other = on_device(d, sizeof d);
	OK(launch((const void *)multiply_bf16, 1, 32, 0, NULL, (void *[]){&left, &left, &out}));
	OK(launch((const void *)multiply_tf32, 1, 32, 0, NULL, (void *[]){&x, &y, &other}));
	OK(cudaMemcpy(c, out, sizeof c, cudaMemcpyDeviceToHost));
	OK(cudaMemcpy(d, other, sizeof d, cudaMemcpyDeviceToHost));
	SAY("%g %g %.7g %g", c[0], c[1], d[0], d[255]);
}

static void sum_of_tree(const void *kernel)
{
	int n = 256;
	float zero = 0, *x = on_device(counted, sizeof counted), *out = on_device(&zero, sizeof zero);
	OK(launch(kernel, 1, 256, 256 * sizeof(float), NULL, (void *[]){&x, &out, &n}));
	SAY("%g", to_float(out));
}

static void barriers(void)
{
	sum_of_tree((const void *)tree);
}

static void missing_barrier(void)
{
	sum_of_tree((const void *)tree_without_barrier);
}

static void run_one(const void *kernel, unsigned block)
{
	float *out = on_device(counted, sizeof counted);
	OK(launch(kernel, 1, block, 0, NULL, (void *[]){&out}));
	SAY("%g %g", to_float(out), to_float(out + block - 1));
}

static void divergence(void)
{
	run_one((const void *)divergent_barrier, 64);
}

static void wrong_mask(void)
{
	run_one((const void *)shuffle_with_a_wrong_mask, 32);
}

static void unwritten_shared(void)
{
	run_one((const void *)never_written, 64);
}

static void overrun(void)
{
	float what = 1, *x = on_device(counted, sizeof counted);
	int n = N;
	OK(launch((const void *)add_too_far, 4, 256, 0, NULL, (void *[]){&x, &what, &n}));
	OK(cudaDeviceSynchronize());
}

static void reach(const void *kernel, int n, size_t shared)
{
	float *out = on_device(counted, sizeof counted);
	OK(launch(kernel, 1, 1, shared, NULL, (void *[]){&out, &n}));
	SAY("%g", to_float(out));
}

static void shared_overrun(void)
{
	reach((const void *)beyond_shared, 7, 0);
	reach((const void *)beyond_shared, 8, 0);
}

static void dynamic_overrun(void)
{
	reach((const void *)beyond_dynamic, 7, 8 * sizeof(float));
	reach((const void *)beyond_dynamic, 8, 8 * sizeof(float));
}

static void launch_errors(void)
{
	float *x = on_device(counted, sizeof counted), *out = x, what = 0;
	int n = 0;
	void *sum[] = {&x, &out, &n}, *plus[] = {&x, &what, &n};
	SAY("%s", cudaGetErrorName(launch((const void *)add, 0, 32, 0, NULL, plus)));
	SAY("%s", cudaGetErrorName(launch((const void *)add, 1, 1025, 0, NULL, plus)));
	SAY("%s", cudaGetErrorName(launch((const void *)add, 1, 32, 49 << 10, NULL, plus)));
	OK(cudaFuncSetAttribute((const void *)add, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 << 10));
	SAY("%s", cudaGetErrorName(launch((const void *)add, 1, 32, 49 << 10, NULL, plus)));
	SAY("%s", cudaGetErrorName(launch((const void *)sum_floats, 1, 512, 0, NULL, sum)));
	SAY("%s", cudaGetErrorName(launch((const void *)launch_errors, 1, 32, 0, NULL, plus)));
	SAY("%s", cudaGetErrorName(cudaGetLastError()));
	SAY("%s", cudaGetErrorName(cudaGetLastError()));
}

/* --- memory --- */

static void double_free(void)
{
	void *memory = on_device(counted, sizeof counted);
	OK(cudaFree(memory));
	OK(cudaFree(memory));
}

static void use_after_free(void)
{
	float *memory = on_device(counted, sizeof counted);
	OK(cudaFree(memory));
	add_counted(memory, 1, N, NULL);
}

static void freed_in_a_structure(void)
{
	struct { float *x; int n; } to = {on_device(counted, sizeof counted), N};
	float what = 1;
	OK(launch((const void *)add_to, 4, 256, 0, NULL, (void *[]){&to, &what}));
	SAY("%g", to_float(to.x));
	OK(cudaFree(to.x));
	launch((const void *)add_to, 4, 256, 0, NULL, (void *[]){&to, &what});
}

static void host_pointer(void)
{
	add_counted(counted, 1, N, NULL);
}

static void wrong_direction(void)
{
	float *memory = on_device(counted, sizeof counted);
	cudaMemcpy(counted, memory, sizeof counted, cudaMemcpyHostToDevice);
}

static void copy_too_much(void)
{
	float *memory = on_device(counted, sizeof counted), more[2 * N];
	cudaMemcpy(more, memory, sizeof more, cudaMemcpyDeviceToHost);
}

static void poisoned(void)
{
	float *memory;
	OK(cudaMalloc((void **)&memory, sizeof counted));
	SAY("%s", isnan(to_float(memory)) ? "NaN" : "a number");
}

static void memory_limit(void)
{
	size_t left, total;
	void *memory;
	OK(cudaMalloc(&memory, 1000));
	OK(cudaMemGetInfo(&left, &total));
	SAY("%zu %zu %s", left, total, cudaGetErrorName(cudaMalloc(&memory, left + 1)));
}

/* --- streams and graphs --- */

static void other_stream(bool with_event)
{
	float *x = on_device(counted, sizeof counted), *pinned;
	cudaStream_t first = new_stream(), second = new_stream();
	cudaEvent_t event = new_event();
	OK(cudaMallocHost((void **)&pinned, sizeof counted));
	add_counted(x, 1, N, first);
	if (with_event) {
		OK(cudaEventRecord(event, first));
		OK(cudaStreamWaitEvent(second, event, 0));
	}
	OK(cudaMemcpyAsync(pinned, x, sizeof counted, cudaMemcpyDeviceToHost, second));
	OK(cudaStreamSynchronize(second));
	SAY("%g", pinned[7]);
}

static void event_kept(void)
{
	other_stream(true);
}

static void event_missing(void)
{
	other_stream(false);
}

/* A copy by the default stream, which waits for blocking streams only. */
static void beside_default_stream(unsigned flags)
{
	float *x = on_device(counted, sizeof counted), *pinned;
	cudaStream_t stream;
	OK(cudaMallocHost((void **)&pinned, sizeof counted));
	OK(cudaStreamCreateWithFlags(&stream, flags));
	add_counted(x, 1, N, stream);
	OK(cudaMemcpy(pinned, x, sizeof counted, cudaMemcpyDeviceToHost));
	SAY("%g", pinned[7]);
}

static void blocking_stream(void)
{
	beside_default_stream(cudaStreamDefault);
}

static void non_blocking_stream(void)
{
	beside_default_stream(cudaStreamNonBlocking);
}

enum branches { JOINED, UNJOINED, RACING };

/* Two branches that come together again, unless a defect is wanted; replayed three times. */
static void graph_of(enum branches branches)
{
	float *x = on_device(counted, sizeof counted), *y = on_device(counted, sizeof counted);
	cudaStream_t first = new_stream(), second = new_stream();
	cudaEvent_t fork = new_event(), join = new_event();
	cudaGraph_t graph;
	cudaGraphExec_t executable;
	OK(cudaStreamBeginCapture(first, cudaStreamCaptureModeGlobal));
	OK(cudaEventRecord(fork, first));
	add_counted(x, 1, N, first);
	if (branches != RACING)
		OK(cudaEventRecord(fork, first));
	OK(cudaStreamWaitEvent(second, fork, 0));
	OK(cudaMemcpyAsync(y, x, sizeof counted, cudaMemcpyDeviceToDevice, second));
	add_counted(y, 10, N, second);
	OK(cudaEventRecord(join, second));
	if (branches != UNJOINED)
		OK(cudaStreamWaitEvent(first, join, 0));
	cudaError_t error = cudaStreamEndCapture(first, &graph);
	if (error) {
		SAY("%s", cudaGetErrorName(error));
		return;
	}
	OK(cudaGraphInstantiate(&executable, graph, 0));
	OK(cudaGraphDestroy(graph));
	for (int i = 0; i < 3; i++)
		OK(cudaGraphLaunch(executable, first));
	OK(cudaStreamSynchronize(first));
	OK(cudaGraphExecDestroy(executable));
	SAY("%g %g", to_float(x + 7), to_float(y + 7));
}

static void graph(void)
{
	graph_of(JOINED);
}

static void graph_unjoined(void)
{
	graph_of(UNJOINED);
}

static void graph_racing(void)
{
	graph_of(RACING);
}

/* An event from outside has no place in a capture. */
static void graph_isolation(void)
{
	cudaStream_t stream = new_stream();
	cudaEvent_t event = new_event();
	cudaGraph_t graph;
	OK(cudaEventRecord(event, NULL));
	OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
	SAY("%s", cudaGetErrorName(cudaStreamWaitEvent(stream, event, 0)));
	SAY("%s", cudaGetErrorName(cudaStreamEndCapture(stream, &graph)));
}

static void unsafe_in_capture(void)
{
	cudaStream_t stream = new_stream();
	cudaGraph_t graph;
	void *memory;
	OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
	SAY("%s", cudaGetErrorName(cudaMalloc(&memory, 8)));
	SAY("%s", cudaGetErrorName(cudaStreamSynchronize(stream)));
	SAY("%s", cudaGetErrorName(cudaStreamEndCapture(stream, &graph)));
	OK(cudaMalloc(&memory, 8));
}

/* What is launched is what the arguments held then; what asks makes streams go on. */
static void arguments_are_copied(void)
{
	float *x = on_device(counted, sizeof counted), what = 5;
	int n = N;
	cudaStream_t stream = new_stream();
	cudaEvent_t event = new_event();
	OK(launch((const void *)add, 4, 256, 0, stream, (void *[]){&x, &what, &n}));
	OK(cudaEventRecord(event, stream));
	what = 0;
	SAY("%s", cudaGetErrorName(cudaEventQuery(event)));
	while (cudaEventQuery(event) == cudaErrorNotReady)
		continue;
	SAY("%g", to_float(x));
}

static void devices(void)
{
	int count = 0, major = 0;
	struct cudaDeviceProp properties;
	cudaError_t error = cudaGetDeviceCount(&count);
	SAY("%s %d", cudaGetErrorString(error), count);
	if (error)
		return;
	OK(cudaSetDevice(count - 1));
	OK(cudaGetDeviceProperties(&properties, count - 1));
	OK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, count - 1));
	SAY("%d.%d %d %s", properties.major, properties.minor, major, cudaGetErrorName(cudaSetDevice(count)));
}

static void fork_after_use(void)
{
	OK(cudaSetDevice(0));
	if (!fork()) {
		SAY("%s", cudaGetErrorName(cudaSetDevice(0)));
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static const struct test_case cases[] = {
#define CASE(name) {#name, name}
	CASE(sums), CASE(warps), CASE(tensor_cores), CASE(barriers), CASE(missing_barrier), CASE(divergence),
	CASE(wrong_mask), CASE(unwritten_shared), CASE(overrun), CASE(shared_overrun), CASE(dynamic_overrun),
	CASE(launch_errors), CASE(double_free), CASE(use_after_free), CASE(host_pointer), CASE(wrong_direction),
	CASE(copy_too_much), CASE(poisoned), CASE(memory_limit), CASE(event_kept), CASE(event_missing), CASE(graph),
	CASE(graph_unjoined), CASE(graph_racing), CASE(graph_isolation), CASE(blocking_stream), CASE(non_blocking_stream),
	CASE(freed_in_a_structure), CASE(fork_after_use), CASE(unsafe_in_capture), CASE(arguments_are_copied), CASE(devices),
#undef CASE
};

int main(int argc, char **argv)
{
	for (int i = 0; i < N; i++)
		counted[i] = (float)i;
	return run_case(cases, sizeof cases / sizeof *cases, argc, argv);
}
