/* Every call of a program passes here: one at a time, and failing where the environment says so. Also the last error,
   random numbers and the end of a program that uses the double wrongly. */
#define _GNU_SOURCE
#include "core.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static bool used, forked;
static _Thread_local cudaError_t last_error;

static const struct {
	cudaError_t error;
	const char *name, *text;
} errors[] = {
#define ERROR(name, text) {name, #name, text}
	ERROR(cudaSuccess, "no error"),
	ERROR(cudaErrorInvalidValue, "invalid argument"),
	ERROR(cudaErrorMemoryAllocation, "out of memory"),
	ERROR(cudaErrorInitializationError, "initialization error"),
	ERROR(cudaErrorInvalidConfiguration, "invalid configuration argument"),
	ERROR(cudaErrorStubLibrary, "CUDA driver is a stub library"),
	ERROR(cudaErrorInsufficientDriver, "CUDA driver version is insufficient for CUDA runtime version"),
	ERROR(cudaErrorInvalidDeviceFunction, "invalid device function"),
	ERROR(cudaErrorNoDevice, "no CUDA-capable device is detected"),
	ERROR(cudaErrorInvalidDevice, "invalid device ordinal"),
	ERROR(cudaErrorDevicesUnavailable, "CUDA-capable device(s) is/are busy or unavailable"),
	ERROR(cudaErrorNoKernelImageForDevice, "no kernel image is available for execution on the device"),
	ERROR(cudaErrorUnsupportedPtxVersion, "the provided PTX was compiled with an unsupported toolchain."),
	ERROR(cudaErrorInvalidResourceHandle, "invalid resource handle"),
	ERROR(cudaErrorIllegalState, "the operation cannot be performed in the present state"),
	ERROR(cudaErrorNotReady, "device not ready"),
	ERROR(cudaErrorIllegalAddress, "an illegal memory access was encountered"),
	ERROR(cudaErrorLaunchOutOfResources, "too many resources requested for launch"),
	ERROR(cudaErrorLaunchTimeout, "the launch timed out and was terminated"),
	ERROR(cudaErrorLaunchFailure, "unspecified launch failure"),
	ERROR(cudaErrorNotSupported, "operation not supported"),
	ERROR(cudaErrorStreamCaptureUnsupported, "operation not permitted when stream is capturing"),
	ERROR(cudaErrorStreamCaptureInvalidated, "operation failed due to a previous error during capture"),
	ERROR(cudaErrorStreamCaptureMerge, "operation would result in a merge of separate capture sequences"),
	ERROR(cudaErrorStreamCaptureUnmatched, "capture was not ended in the same stream as it began"),
	ERROR(cudaErrorStreamCaptureUnjoined, "capturing stream has unjoined work"),
	ERROR(cudaErrorStreamCaptureIsolation, "dependency created on uncaptured work in another stream"),
	ERROR(cudaErrorStreamCaptureImplicit, "operation would make the legacy stream depend on a capturing blocking stream"),
	ERROR(cudaErrorCapturedEvent, "operation not permitted on an event last recorded in a capturing stream"),
#undef ERROR
};

const char *cudaGetErrorName(cudaError_t error)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].error == error)
			return errors[i].name;
	return "unrecognized error code";
}

const char *cudaGetErrorString(cudaError_t error)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].error == error)
			return errors[i].text;
	return "unrecognized error code";
}

cudaError_t cudaGetLastError(void)
{
	cudaError_t error = last_error;
	last_error = cudaSuccess;
	return error;
}

cudaError_t cudaPeekAtLastError(void)
{
	return last_error;
}

void double_reset_errors(void)
{
	last_error = cudaSuccess;
}

cudaError_t double_fail(cudaError_t error)
{
	if (error)
		last_error = error;
	return error;
}

void double_die(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	fputs("cuda double: ", stderr);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
	abort();
}

double double_number(const char *variable, double otherwise)
{
	const char *value = getenv(variable);
	return value ? atof(value) : otherwise;
}

/* xorshift64*: the same for every run with the same seed. */
unsigned long double_random(void)
{
	static unsigned long state;
	if (!state)
		state = (unsigned long)double_number("DOUBLE_SEED", 1) * 0x9e3779b97f4a7c15u | 1;
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1du >> 16;
}

/* DOUBLE_FAIL=FUNCTION:N[:CODE] */
bool double_injected(const char *function, int *code)
{
	static long calls;
	const char *wanted = getenv("DOUBLE_FAIL");
	size_t length = strlen(function);
	if (!wanted || strncmp(wanted, function, length) != 0 || wanted[length] != ':')
		return false;
	char *end;
	long which = strtol(wanted + length + 1, &end, 10);
	*code = *end == ':' ? atoi(end + 1) : 0;
	return ++calls == which;
}

static cudaError_t injected(const char *function)
{
	int code;
	if (!double_injected(function, &code))
		return cudaSuccess;
	if (code)
		return (cudaError_t)code;
	return strstr(function, "Malloc") ? cudaErrorMemoryAllocation : cudaErrorLaunchFailure;
}

/* CUDA does not survive a fork. */
static void in_child(void)
{
	forked = used;
	pthread_mutex_init(&mutex, &(pthread_mutexattr_t){0});
}

__attribute__((constructor)) static void prepare(void)
{
	pthread_atfork(NULL, NULL, in_child);
}

static cudaError_t state_of_driver(void)
{
	if (forked)
		return cudaErrorInitializationError;
	return (cudaError_t)double_number("DOUBLE_NO_DRIVER", cudaSuccess);
}

void double_lock(void)
{
	pthread_mutex_lock(&mutex);
}

void double_unlock(void)
{
	pthread_mutex_unlock(&mutex);
}

cudaError_t double_enter(const char *function)
{
	double_lock();
	cudaError_t error = state_of_driver();
	used = true;
	return double_fail(error ? error : injected(function));
}

void double_leave(const cudaError_t *entered)
{
	(void)entered;
	double_unlock();
}

void double_pause(void)
{
	double_unlock();
	usleep(50);
	double_lock();
}
