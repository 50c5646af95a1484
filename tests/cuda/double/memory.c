/* Memory of the devices and pinned memory of the host: heap blocks of their own, full of NaN, each known with its
   size, so that copies and kernels that touch anything else are caught. */
#define _GNU_SOURCE
#include "core.h"
#include "switch.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum whose { DEVICE, PINNED, REGISTERED, FREED };

struct piece {
	char *start;
	size_t bytes;
	enum whose whose;
	int device;
	struct piece *next;
};

/* Beside every allocation lies a NaN that does not survive arithmetic; AddressSanitizer has its own. */
#if defined ADDRESS_SANITIZER
enum { BESIDE = 0 };
#else
enum { BESIDE = 256 };
#endif
static const uint32_t signalling = 0x7fbfffff;

static struct piece *pieces;                    /* the newest first */

static struct piece *find(const void *memory)
{
	struct piece *piece = pieces;
	while (piece && !((const char *)memory >= piece->start && (const char *)memory <= piece->start + piece->bytes))
		piece = piece->next;
	return piece;
}

/* A piece that holds the address comes before one that only ends there. */
static const struct piece *holder(const void *memory)
{
	for (const struct piece *piece = pieces; piece; piece = piece->next)
		if ((const char *)memory >= piece->start && (const char *)memory < piece->start + piece->bytes)
			return piece;
	return find(memory);
}

static void add(void *memory, size_t bytes, enum whose whose)
{
	struct piece *piece = malloc(sizeof *piece);
	*piece = (struct piece){memory, bytes, whose, double_device(), pieces};
	pieces = piece;
}

/* Forgets what was freed where new memory lies. */
static void forget_freed(const char *start, size_t bytes)
{
	for (struct piece **at = &pieces; *at;) {
		struct piece *piece = *at;
		if (piece->whose == FREED && piece->start < start + bytes && start < piece->start + piece->bytes) {
			*at = piece->next;
			free(piece);
		} else {
			at = &piece->next;
		}
	}
}

static size_t used_bytes(int device)
{
	size_t used = 0;
	for (const struct piece *piece = pieces; piece; piece = piece->next)
		used += piece->whose == DEVICE && piece->device == device ? piece->bytes : 0;
	return used;
}

static void fill_beside(char *guard)
{
	for (int i = 0; i < BESIDE; i += (int)sizeof signalling)
		memcpy(guard + i, &signalling, sizeof signalling);
}

static bool is_untouched(const char *guard)
{
	for (int i = 0; i < BESIDE; i += (int)sizeof signalling)
		if (memcmp(guard + i, &signalling, sizeof signalling))
			return false;
	return true;
}

static cudaError_t allocate(void **memory, size_t bytes, enum whose whose)
{
	cudaError_t error = double_unsafe_in_capture();
	*memory = NULL;
	if (error || !bytes)
		return error;
	if (whose == DEVICE && used_bytes(double_device()) + bytes > double_memory_bytes())
		return cudaErrorMemoryAllocation;
	if (posix_memalign(memory, 256, bytes + 2 * BESIDE))
		return cudaErrorMemoryAllocation;
	fill_beside(*memory);
	*memory = (char *)*memory + BESIDE;
	memset(*memory, 0xff, bytes);
	fill_beside((char *)*memory + bytes);
	forget_freed(*memory, bytes);
	add(*memory, bytes, whose);
	return cudaSuccess;
}

/* The piece that begins here and has this owner. */
static struct piece *owned(void *memory, enum whose whose, const char *who)
{
	struct piece *piece = pieces;
	while (piece && piece->start != (char *)memory)
		piece = piece->next;
	if (!piece)
		double_die("%s: %p was not allocated", who, memory);
	if (piece->whose == FREED)
		double_die("%s: %p was freed before", who, memory);
	if (piece->whose != whose)
		double_die("%s: %p was allocated by another function", who, memory);
	return piece;
}

static cudaError_t release(void *memory, enum whose whose, const char *who)
{
	cudaError_t error = double_unsafe_in_capture();
	if (error || !memory)
		return error;
	struct piece *piece = owned(memory, whose, who);
	double_finish_device();
	piece->whose = FREED;
	if (whose != REGISTERED)
		free(piece->start - BESIDE);
	return cudaSuccess;
}

void double_free_all(int device)
{
	for (struct piece *piece = pieces; piece; piece = piece->next)
		if (piece->whose == DEVICE && piece->device == device) {
			piece->whose = FREED;
			free(piece->start - BESIDE);
		}
}

cudaError_t cudaMalloc(void **memory, size_t bytes)
{
	DOUBLE_ENTER();
	return double_fail(allocate(memory, bytes, DEVICE));
}

cudaError_t cudaFree(void *memory)
{
	DOUBLE_ENTER();
	return double_fail(release(memory, DEVICE, __func__));
}

cudaError_t cudaMallocHost(void **memory, size_t bytes)
{
	DOUBLE_ENTER();
	return double_fail(allocate(memory, bytes, PINNED));
}

cudaError_t cudaHostAlloc(void **memory, size_t bytes, unsigned flags)
{
	DOUBLE_ENTER();
	(void)flags;
	return double_fail(allocate(memory, bytes, PINNED));
}

cudaError_t cudaFreeHost(void *memory)
{
	DOUBLE_ENTER();
	return double_fail(release(memory, PINNED, __func__));
}

cudaError_t cudaHostRegister(void *memory, size_t bytes, unsigned flags)
{
	DOUBLE_ENTER();
	(void)flags;
	if (!memory || !bytes)
		return double_fail(cudaErrorInvalidValue);
	forget_freed(memory, bytes);
	add(memory, bytes, REGISTERED);
	return cudaSuccess;
}

cudaError_t cudaHostUnregister(void *memory)
{
	DOUBLE_ENTER();
	return double_fail(release(memory, REGISTERED, __func__));
}

cudaError_t cudaHostGetDevicePointer(void **device, void *memory, unsigned flags)
{
	DOUBLE_ENTER();
	(void)flags;
	if (!double_is_pinned(memory))
		return double_fail(cudaErrorInvalidValue);
	*device = memory;
	return cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t *left, size_t *total)
{
	DOUBLE_ENTER();
	*total = double_memory_bytes();
	*left = *total - used_bytes(double_device());
	return cudaSuccess;
}

/* --- checks --- */

bool double_is_pinned(const void *memory)
{
	const struct piece *piece = holder(memory);
	return piece && (piece->whose == PINNED || piece->whose == REGISTERED);
}

static bool is_device(const void *memory)
{
	const struct piece *piece = holder(memory);
	return piece && piece->whose == DEVICE;
}

void double_check_pointer(const void *pointer, int device, const char *who, unsigned argument)
{
	const struct piece *piece = holder(pointer);
	if (!pointer)
		return;
	if (!piece)
		double_die("%s: argument %u, %p, is no memory of a device (memory of the host?)", who, argument, pointer);
	if (piece->whose == FREED)
		double_die("%s: argument %u, %p, points to memory that was freed", who, argument, pointer);
	if (piece->whose == DEVICE && piece->device != device)
		double_die("%s: argument %u, %p, is memory of device %d, the stream is one of device %d", who, argument, pointer,
			piece->device, device);
}

void double_check_guards(const char *who)
{
	for (const struct piece *piece = pieces; piece; piece = piece->next) {
		if (piece->whose != DEVICE && piece->whose != PINNED)
			continue;
		if (!is_untouched(piece->start - BESIDE) || !is_untouched(piece->start + piece->bytes))
			double_die("%s wrote beside the %zu bytes that were allocated at %p", who, piece->bytes, (void *)piece->start);
	}
}

/* A structure's members are not known, but no word of it can want to point to what was freed. */
void double_check_freed(const void *values, size_t bytes, const char *who, unsigned argument)
{
	for (size_t at = 0; at + sizeof(void *) <= bytes; at += sizeof(void *)) {
		void *word;
		memcpy(&word, (const char *)values + at, sizeof word);
		const struct piece *piece = word ? holder(word) : NULL;
		if (piece && piece->whose == FREED && (char *)word < piece->start + piece->bytes)
			double_die("%s: argument %u holds %p, which points to memory that was freed", who, argument, word);
	}
}

/* What is known of the range must hold all of it. */
static void check_range(const void *memory, size_t bytes, const char *who, const char *what)
{
	const struct piece *piece = holder(memory);
	if (!piece || !bytes)
		return;
	if (piece->whose == FREED)
		double_die("%s: the %s, %p, was freed", who, what, memory);
	if ((const char *)memory + bytes > piece->start + piece->bytes)
		double_die("%s: %zu bytes from %p, the %s, go beyond the %zu that were allocated", who, bytes, memory, what,
			piece->bytes);
}

void double_check_device_memory(const void *memory, size_t bytes, int device, const char *who, const char *what)
{
	const struct piece *piece = holder(memory);
	if (!piece || piece->whose == REGISTERED)
		double_die("%s: the %s, %p, is no memory of a device", who, what, memory);
	check_range(memory, bytes, who, what);
	if (piece->whose == DEVICE && piece->device != device)
		double_die("%s: the %s is memory of device %d, the stream is one of device %d", who, what, piece->device, device);
}

/* --- copies --- */

struct copy {
	char *to;
	const char *from;
	size_t bytes;
	int value;
	bool staged;                            /* from is ours to free */
};

static void check_side(const void *memory, bool device, const char *who, const char *what)
{
	if (is_device(memory) != device)
		double_die("%s: the %s, %p, is %s memory of a device, against the kind of copy", who, what, memory,
			device ? "no" : "");
}

static const struct {
	enum cudaMemcpyKind kind;
	bool to_device, from_device;
} sides[] = {
	{cudaMemcpyHostToHost, false, false},
	{cudaMemcpyHostToDevice, true, false},
	{cudaMemcpyDeviceToHost, false, true},
	{cudaMemcpyDeviceToDevice, true, true},
};

static void check_copy(const void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, const char *who)
{
	for (size_t i = 0; bytes && i < sizeof sides / sizeof *sides; i++)
		if (sides[i].kind == kind) {
			check_side(to, sides[i].to_device, who, "destination");
			check_side(from, sides[i].from_device, who, "source");
		}
	check_range(to, bytes, who, "destination");
	check_range(from, bytes, who, "source");
}

static enum double_progress run_copy(void *payload)
{
	struct copy *copy = payload;
	check_range(copy->to, copy->bytes, "a copy that runs", "destination");
	check_range(copy->from, copy->bytes, "a copy that runs", "source");
	memmove(copy->to, copy->from, copy->bytes);
	if (copy->staged)
		free((char *)copy->from);
	return DOUBLE_FINISHED;
}

static enum double_progress run_set(void *payload)
{
	struct copy *copy = payload;
	check_range(copy->to, copy->bytes, "a memset that runs", "destination");
	memset(copy->to, copy->value, copy->bytes);
	return DOUBLE_FINISHED;
}

static const struct double_kind copy_kind = {"cudaMemcpyAsync", run_copy, NULL, NULL};
static const struct double_kind set_kind = {"cudaMemsetAsync", run_set, NULL, NULL};

static bool is_pageable(const void *memory)
{
	return !is_device(memory) && !double_is_pinned(memory);
}

/* Of memory that is not pinned CUDA takes a copy before it returns, and what goes there is there when it returns. */
static cudaError_t copy_async(void *to, const void *from, size_t bytes, cudaStream_t stream)
{
	struct copy copy = {.to = to, .from = from, .bytes = bytes};
	struct CUstream_st *known = double_stream(stream);
	bool capturing = known && known->capture;
	if (!capturing && is_pageable(from)) {
		copy.from = memcpy(malloc(bytes + 1), from, bytes);
		copy.staged = true;
	}
	cudaError_t error = double_enqueue(stream, &copy_kind, &copy, sizeof copy, NULL);
	if (!error && !capturing && is_pageable(to))
		error = double_finish_stream(stream);
	return error;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream)
{
	DOUBLE_ENTER();
	check_copy(to, from, bytes, kind, __func__);
	return copy_async(to, from, bytes, stream);
}

cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind)
{
	DOUBLE_ENTER();
	check_copy(to, from, bytes, kind, __func__);
	cudaError_t error = double_unsafe_in_capture();
	if (!error)
		error = copy_async(to, from, bytes, NULL);
	return double_fail(error ? error : double_finish_stream(NULL));
}

static cudaError_t set_async(void *to, int value, size_t bytes, cudaStream_t stream, const char *who)
{
	struct copy copy = {.to = to, .bytes = bytes, .value = value};
	if (bytes)
		double_check_device_memory(to, bytes, double_device(), who, "destination");
	return double_enqueue(stream, &set_kind, &copy, sizeof copy, NULL);
}

cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t stream)
{
	DOUBLE_ENTER();
	return set_async(to, value, bytes, stream, __func__);
}

cudaError_t cudaMemset(void *to, int value, size_t bytes)
{
	DOUBLE_ENTER();
	cudaError_t error = double_unsafe_in_capture();
	return double_fail(error ? error : set_async(to, value, bytes, NULL, __func__));
}
