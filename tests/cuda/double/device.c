/* Virtual devices: how many there are, what they say about themselves. */
#include "core.h"
#include <stdio.h>
#include <string.h>

enum { MOST_DEVICES = 16 };

static _Thread_local int current;

int double_devices(void)
{
	int count = (int)double_number("DOUBLE_DEVICES", 1);
	return count < MOST_DEVICES ? count : MOST_DEVICES;
}

int double_device(void)
{
	return current;
}

size_t double_memory_bytes(void)
{
	return (size_t)double_number("DOUBLE_MEMORY", 16e9);
}

cudaError_t cudaGetDeviceCount(int *count)
{
	*count = 0;
	DOUBLE_ENTER();
	*count = double_devices();
	return double_fail(*count ? cudaSuccess : cudaErrorNoDevice);
}

static bool exists(int device)
{
	return device >= 0 && device < double_devices();
}

cudaError_t cudaSetDevice(int device)
{
	DOUBLE_ENTER();
	if (!exists(device))
		return double_fail(cudaErrorInvalidDevice);
	current = device;
	return cudaSuccess;
}

cudaError_t cudaGetDevice(int *device)
{
	DOUBLE_ENTER();
	*device = current;
	return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
	*version = double_number("DOUBLE_NO_DRIVER", 0) > 0 ? 0 : CUDART_VERSION;
	return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
	*version = CUDART_VERSION;
	return cudaSuccess;
}

/* DOUBLE_CAPABILITY=9.0, as ten times that number. */
int double_capability(void)
{
	return (int)(double_number("DOUBLE_CAPABILITY", 9.0) * 10 + 0.5);
}

static int optin_shared_memory(void)
{
	int of = double_capability();
	return of >= 90 ? 227 << 10 : of >= 80 ? 163 << 10 : of >= 75 ? 64 << 10 : 96 << 10;
}

static int capability_major(void)
{
	return double_capability() / 10;
}

static int capability_minor(void)
{
	return double_capability() % 10;
}

/* What both cudaDeviceGetAttribute and cudaGetDeviceProperties say: a number, or a function that knows it. */
static const struct {
	enum cudaDeviceAttr attribute;
	int value;
	int (*function)(void);
} attributes[] = {
	{cudaDevAttrMaxThreadsPerBlock, 1024, NULL},
	{cudaDevAttrMaxSharedMemoryPerBlock, 48 << 10, NULL},
	{cudaDevAttrWarpSize, 32, NULL},
	{cudaDevAttrMaxRegistersPerBlock, 65536, NULL},
	{cudaDevAttrMultiProcessorCount, 8, NULL},
	{cudaDevAttrMaxThreadsPerMultiProcessor, 2048, NULL},
	{cudaDevAttrMaxSharedMemoryPerBlockOptin, 0, optin_shared_memory},
	{cudaDevAttrComputeCapabilityMajor, 0, capability_major},
	{cudaDevAttrComputeCapabilityMinor, 0, capability_minor},
	{cudaDevAttrConcurrentKernels, 1, NULL},
	{cudaDevAttrL2CacheSize, 50 << 20, NULL},
	{cudaDevAttrMemoryPoolsSupported, 0, NULL},
	{cudaDevAttrCooperativeLaunch, 0, NULL},
};

static bool attribute_value(enum cudaDeviceAttr attribute, int *value)
{
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		if (attributes[i].attribute == attribute) {
			*value = attributes[i].function ? attributes[i].function() : attributes[i].value;
			return true;
		}
	return false;
}

cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device)
{
	DOUBLE_ENTER();
	if (!exists(device))
		return double_fail(cudaErrorInvalidDevice);
	if (!attribute_value(attribute, value))
		double_die("cudaDeviceGetAttribute: attribute %d is not in the table of device.c", (int)attribute);
	return cudaSuccess;
}

static int known(enum cudaDeviceAttr attribute)
{
	int value = 0;
	attribute_value(attribute, &value);
	return value;
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *properties, int device)
{
	DOUBLE_ENTER();
	if (!exists(device))
		return double_fail(cudaErrorInvalidDevice);
	memset(properties, 0, sizeof *properties);
	snprintf(properties->name, sizeof properties->name, "CPU double %d", device);
	properties->totalGlobalMem = double_memory_bytes();
	properties->major = capability_major();
	properties->minor = capability_minor();
	properties->sharedMemPerBlock = (size_t)known(cudaDevAttrMaxSharedMemoryPerBlock);
	properties->sharedMemPerBlockOptin = (size_t)known(cudaDevAttrMaxSharedMemoryPerBlockOptin);
	properties->regsPerBlock = known(cudaDevAttrMaxRegistersPerBlock);
	properties->warpSize = known(cudaDevAttrWarpSize);
	properties->maxThreadsPerBlock = known(cudaDevAttrMaxThreadsPerBlock);
	properties->maxThreadsPerMultiProcessor = known(cudaDevAttrMaxThreadsPerMultiProcessor);
	properties->multiProcessorCount = known(cudaDevAttrMultiProcessorCount);
	properties->l2CacheSize = known(cudaDevAttrL2CacheSize);
	properties->concurrentKernels = known(cudaDevAttrConcurrentKernels);
	properties->pciBusID = device + 1;
	return cudaSuccess;
}

cudaError_t cudaDeviceReset(void)
{
	DOUBLE_ENTER();
	cudaError_t error = double_finish_device();
	double_free_all(current);
	return error;
}
