/* The GPU: which one, its memory, launches, and what its errors mean for the user. */
#include "device.h"
#include <string.h>

/* ---- errors ---- */

/* Errors that are not the program's fault, and what to do about them. */
static const struct { cudaError_t error; const char *advice; } known[] = {
	{cudaErrorInsufficientDriver, "there is no NVIDIA driver here, or one older than CUDA needs: run on a machine with a GPU, a "
		"container with --gpus all, or build the program with trainc build -t cpu"},
	{cudaErrorStubLibrary, "libcuda.so.1 is the toolkit's stub, not a driver: take the stubs out of LD_LIBRARY_PATH"},
	{cudaErrorNoDevice, "there is no NVIDIA GPU here: start the container with --gpus all, or build the program with trainc "
		"build -t cpu"},
	{cudaErrorMemoryAllocation, "the GPU's memory is full: lower the batch size, or end what else runs on it"},
	{cudaErrorNoKernelImageForDevice, "this program was not built for this GPU: build it with its architecture in "
		"TRAINC_CUDA_ARCHITECTURES"},
	{cudaErrorUnsupportedPtxVersion, "the driver is older than the CUDA that built this program: take a newer one"},
	{cudaErrorDevicesUnavailable, "the GPU is in use by another process, exclusively"},
};

int rt_cuda_check(cudaError_t error, const char *what)
{
	if (error == cudaSuccess)
		return 0;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].error == error)
			return rt_fail(RT_SYSTEM_ERROR, "cannot %s: %s (CUDA error %d)", what, known[i].advice, (int)error);
	return rt_fail(RT_SYSTEM_ERROR, "cannot %s: %s (CUDA error %d)", what, cudaGetErrorString(error), (int)error);
}

int rt_cuda_take_error(struct rt_cuda *c)
{
	char what[128];
	cudaError_t error = c->error;
	snprintf(what, sizeof what, "launch %s", c->failed ? c->failed : "");
	c->error = cudaSuccess;
	return rt_cuda_check(error, what);
}

void rt_cuda_keep(struct rt_cuda *c, cudaError_t error, const char *what)
{
	if (c->error || !error)
		return;
	c->error = error;
	c->failed = what;
}

/* ---- launches ---- */

enum { MOST_POINTERS = 128 };

void rt_cuda_launch_with(struct rt_cuda *c, const char *name, const void *kernel, long blocks, void **arguments)
{
	if (c->error || c->planning || blocks < 1)
		return;
	c->failed = name;
	c->error = rt_cuda_find_kernel(c, name, &kernel);
	if (!c->error)
		c->error = cudaLaunchKernel(kernel, (dim3){(unsigned)blocks, 1, 1}, (dim3){RT_CUDA_THREADS, 1, 1}, arguments, 0,
			c->stream);
}

void rt_cuda_launch(struct rt_cuda *c, const char *name, const void *kernel, long blocks, const real *const *pointers, int n)
{
	void *arguments[1 + MOST_POINTERS] = {&c->work};
	for (int i = 0; i < n; i++)
		arguments[1 + i] = (void *)&pointers[i];
	rt_cuda_launch_with(c, name, kernel, blocks, arguments);
}

/* ---- the GPU ---- */

int rt_cuda_choose(int *device, const struct rt_ranks *ranks)
{
	int count = 0, wanted = ranks ? ranks->count : 1;
	if (rt_cuda_check(cudaGetDeviceCount(&count), "use a GPU"))
		return -1;
	if (wanted > count)
		return rt_fail(RT_USER_ERROR, "%d GPUs are asked for and this machine has %d", wanted, count);
	*device = ranks ? ranks->rank : 0;
	return rt_cuda_check(cudaSetDevice(*device), "use the GPU");
}

int rt_cuda_capability(int device, int *major, int *minor)
{
	return rt_cuda_check(cudaDeviceGetAttribute(major, cudaDevAttrComputeCapabilityMajor, device), "use the GPU") ||
		rt_cuda_check(cudaDeviceGetAttribute(minor, cudaDevAttrComputeCapabilityMinor, device), "use the GPU") ? -1 : 0;
}

/* ---- memory ---- */

int rt_cuda_allocate(struct rt_cuda_job *j, void **to, size_t bytes, const char *what)
{
	char action[96];
	snprintf(action, sizeof action, "allocate %.1f MB on the GPU for %s", (double)bytes / 1e6, what);
	if (j->n_memory == (int)(sizeof j->memory / sizeof *j->memory))
		return rt_fail(RT_INTERNAL_ERROR, "too many buffers on the GPU");
	if (rt_cuda_check(cudaMalloc(to, bytes ? bytes : 1), action))
		return -1;
	j->memory[j->n_memory++] = *to;
	return rt_cuda_check(cudaMemsetAsync(*to, 0, bytes, j->cuda.stream), action);
}

int rt_cuda_copy(struct rt_cuda_job *j, void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, const char *what)
{
	return rt_cuda_check(cudaMemcpyAsync(to, from, bytes, kind, j->cuda.stream), what) ||
		rt_cuda_check(cudaStreamSynchronize(j->cuda.stream), what) ? -1 : 0;
}
