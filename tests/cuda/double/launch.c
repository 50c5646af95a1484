/* Launches of kernels: the values of the arguments are copied when the program launches; blocks and threads run in
   orders that the seed picks. */
#include "core.h"
#include <string.h>

enum { MOST_ARGUMENTS = 64, MOST_BYTES = 4096, DEFAULT_SHARED = 48 << 10 };

struct launch {
	struct double_launch what;
	int device;
	unsigned offsets[MOST_ARGUMENTS];
	_Alignas(16) unsigned char values[MOST_BYTES];
};

static struct double_kernel *kernels;

void double_register(struct double_kernel *kernel)
{
	kernel->dynamic_limit = DEFAULT_SHARED;
	kernel->next = kernels;
	kernels = kernel;
}

/* By what nvcc's host code launches it by, or by what a library gave. */
static struct double_kernel *find_kernel(const void *handle)
{
	struct double_kernel *kernel = kernels;
	while (kernel && kernel->handle != handle && (const void *)kernel != handle)
		kernel = kernel->next;
	return kernel;
}

/* CUDA 13's nvcc compiles for no card before Turing; a library may hold what another compiler made. */
static bool has_image(const struct double_kernel *kernel, const void *handle)
{
	enum { TURING = 75 };
	return (const void *)kernel == handle || double_capability() >= TURING;
}

static size_t threads(dim3 block)
{
	return (size_t)block.x * block.y * block.z;
}

static cudaError_t check_launch(const struct double_kernel *kernel, dim3 grid, dim3 block, size_t shared)
{
	if (!grid.x || !grid.y || !grid.z || !threads(block) || grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535)
		return cudaErrorInvalidConfiguration;
	if (threads(block) > 1024 || block.z > 64)
		return cudaErrorInvalidConfiguration;
	if (shared > kernel->dynamic_limit)
		return cudaErrorInvalidValue;
	return threads(block) > kernel->most_threads ? cudaErrorLaunchOutOfResources : cudaSuccess;
}

static void check_pointers(const struct launch *launch)
{
	const struct double_kernel *kernel = launch->what.kernel;
	for (unsigned i = 0; i < kernel->count; i++) {
		const unsigned char *value = launch->values + launch->offsets[i];
		void *pointer;
		if (kernel->arguments[i].pointer) {
			memcpy(&pointer, value, sizeof pointer);
			double_check_pointer(pointer, launch->device, kernel->name, i);
		} else if (kernel->arguments[i].bytes > sizeof pointer) {
			double_check_freed(value, kernel->arguments[i].bytes, kernel->name, i);
		}
	}
}

static void run_blocks(struct launch *launch, void *const *arguments)
{
	dim3 grid = launch->what.grid;
	unsigned long count = (unsigned long)grid.x * grid.y * grid.z, first = double_random() % count;
	bool backward = double_random() % 2;
	launch->what.order = (enum double_order)(double_random() % DOUBLE_ORDERS);
	launch->what.permutation = (unsigned)double_random();
	for (unsigned long i = 0; i < count; i++) {
		unsigned long at = (first + (backward ? count - i : i)) % count;
		uint3 block = {(unsigned)(at % grid.x), (unsigned)(at / grid.x % grid.y),
			(unsigned)(at / ((unsigned long)grid.x * grid.y))};
		double_run_block(&launch->what, arguments, block);
	}
}

static enum double_progress run_kernel(void *payload)
{
	struct launch *launch = payload;
	void *arguments[MOST_ARGUMENTS];
	check_pointers(launch);
	for (unsigned i = 0; i < launch->what.kernel->count; i++)
		arguments[i] = launch->values + launch->offsets[i];
	run_blocks(launch, arguments);
	double_check_guards(launch->what.kernel->name);
	return DOUBLE_FINISHED;
}

static const struct double_kind kernel_kind = {"cudaLaunchKernel", run_kernel, NULL, NULL};

/* The bytes of the payload that the values fill. */
static size_t copy_values(struct launch *launch, void **values)
{
	const struct double_kernel *kernel = launch->what.kernel;
	size_t at = 0;
	for (unsigned i = 0; i < kernel->count; i++) {
		at = (at + 15) & ~(size_t)15;
		if (i == MOST_ARGUMENTS || at + kernel->arguments[i].bytes > MOST_BYTES)
			double_die("kernel %s: over %d arguments or %d bytes of them", kernel->name, MOST_ARGUMENTS, MOST_BYTES);
		memcpy(launch->values + at, values[i], kernel->arguments[i].bytes);
		launch->offsets[i] = (unsigned)at;
		at += kernel->arguments[i].bytes;
	}
	return offsetof(struct launch, values) + at;
}

cudaError_t cudaLaunchKernel(const void *function, dim3 grid, dim3 block, void **values, size_t shared,
	cudaStream_t stream)
{
	DOUBLE_ENTER();
	const struct double_kernel *kernel = find_kernel(function);
	if (!kernel)
		return double_fail(cudaErrorInvalidDeviceFunction);
	cudaError_t error = check_launch(kernel, grid, block, shared);
	if (error)
		return double_fail(error);
	if (!double_stream(stream))
		return double_fail(cudaErrorInvalidResourceHandle);
	if (!has_image(kernel, function))
		return double_fail(cudaErrorNoKernelImageForDevice);
	struct launch launch = {.what = {.kernel = kernel, .grid = grid, .block = block, .dynamic_bytes = shared}};
	launch.device = double_stream_device(stream);
	size_t bytes = copy_values(&launch, values);
	check_pointers(&launch);
	return double_enqueue(stream, &kernel_kind, &launch, bytes, NULL);
}

cudaError_t cudaFuncSetAttribute(const void *function, enum cudaFuncAttribute attribute, int value)
{
	DOUBLE_ENTER();
	struct double_kernel *kernel = find_kernel(function);
	int most;
	if (!kernel)
		return double_fail(cudaErrorInvalidDeviceFunction);
	if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize)
		return cudaSuccess;
	cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, double_device());
	if (value < 0 || value > most)
		return double_fail(cudaErrorInvalidValue);
	kernel->dynamic_limit = (size_t)value;
	return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes *attributes, const void *function)
{
	DOUBLE_ENTER();
	const struct double_kernel *kernel = find_kernel(function);
	if (!kernel)
		return double_fail(cudaErrorInvalidDeviceFunction);
	memset(attributes, 0, sizeof *attributes);
	attributes->maxThreadsPerBlock = (int)kernel->most_threads;
	attributes->maxDynamicSharedSizeBytes = (int)kernel->dynamic_limit;
	attributes->numRegs = 32;
	return cudaSuccess;
}

/* By threads alone: what registers and shared memory allow is the compiler's to know. */
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, const void *function, int size, size_t shared)
{
	DOUBLE_ENTER();
	(void)shared;
	if (!find_kernel(function))
		return double_fail(cudaErrorInvalidDeviceFunction);
	*blocks = size > 0 && size <= 1024 ? 2048 / size : 0;
	return cudaSuccess;
}

/* ---- libraries: their code is not looked at, and their kernels are the program's ---- */

cudaError_t cudaLibraryLoadData(cudaLibrary_t *library, const void *code, enum cudaJitOption *jit_options, void **jit_values,
	unsigned jit_count, enum cudaLibraryOption *options, void **values, unsigned count)
{
	DOUBLE_ENTER();
	(void)jit_options, (void)jit_values, (void)options, (void)values;
	if (!library || !code || jit_count || count)
		return double_fail(cudaErrorInvalidValue);
	*library = (cudaLibrary_t)code;
	return cudaSuccess;
}

cudaError_t cudaLibraryGetKernel(cudaKernel_t *found, cudaLibrary_t library, const char *name)
{
	DOUBLE_ENTER();
	struct double_kernel *kernel = kernels;
	while (kernel && strcmp(kernel->name, name))
		kernel = kernel->next;
	if (!library || !kernel)
		return double_fail(cudaErrorSymbolNotFound);
	*found = (cudaKernel_t)kernel;
	return cudaSuccess;
}

cudaError_t cudaLibraryUnload(cudaLibrary_t library)
{
	DOUBLE_ENTER();
	return library ? cudaSuccess : double_fail(cudaErrorInvalidResourceHandle);
}
