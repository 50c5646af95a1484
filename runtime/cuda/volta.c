/* The V100's kernels. CUDA 13's nvcc has dropped that card, so NVRTC 12 compiles them, and the program holds them as a cubin:
 * trainc_add_volta in cmake/traincConfig.cmake. nvcc's kernels of the same names remain, for all other cards. */
#include "device.h"

#if CUDART_VERSION >= 13000
extern const char rt_cuda_volta[] __attribute__((weak));        /* NULL: the program was built without */

enum { TURING = 75 };

int rt_cuda_load_kernels(struct rt_cuda *c, int device)
{
	int major, minor;
	if (!rt_cuda_volta)
		return 0;
	if (rt_cuda_capability(device, &major, &minor))
		return -1;
	return major * 10 + minor >= TURING ? 0 :
		rt_cuda_check(cudaLibraryLoadData(&c->kernels, rt_cuda_volta, NULL, NULL, 0, NULL, NULL, 0), "load the V100's kernels");
}

void rt_cuda_unload_kernels(struct rt_cuda *c)
{
	if (c->kernels)
		cudaLibraryUnload(c->kernels);
	c->kernels = NULL;
}

cudaError_t rt_cuda_find_kernel(const struct rt_cuda *c, const char *name, const void **kernel)
{
	cudaKernel_t found;
	if (!c->kernels)
		return cudaSuccess;
	cudaError_t error = cudaLibraryGetKernel(&found, c->kernels, name);
	if (!error)
		*kernel = found;
	return error;
}
#else
int rt_cuda_load_kernels(struct rt_cuda *c, int device)
{
	(void)c, (void)device;
	return 0;
}

void rt_cuda_unload_kernels(struct rt_cuda *c)
{
	(void)c;
}

cudaError_t rt_cuda_find_kernel(const struct rt_cuda *c, const char *name, const void **kernel)
{
	(void)c, (void)name, (void)kernel;
	return cudaSuccess;
}
#endif
