/* What the parts of the double share, and what doubles of other libraries (nccl.c) build on: every call that a
   program may make begins with DOUBLE_ENTER, and work is put into streams as a kind and a copy of its payload. */
#pragma once
#include "block.h"

/* --- entry.c: one call at a time; failures that the environment asks for --- */

cudaError_t double_enter(const char *function);
void double_leave(const cudaError_t *entered);
#define DOUBLE_ENTER() \
	cudaError_t entered __attribute__((cleanup(double_leave))) = double_enter(__func__); \
	if (entered) \
		return entered

void double_lock(void);
void double_unlock(void);
void double_pause(void);                        /* lets other threads in while this one waits for another process */
cudaError_t double_fail(cudaError_t error);     /* remembers it for cudaGetLastError */
/* Whether DOUBLE_FAIL names this call of the function; *code is 0 where it gives none. */
bool double_injected(const char *function, int *code);
unsigned long double_random(void);
double double_number(const char *variable, double otherwise);   /* of the environment */
void double_reset_errors(void);
_Noreturn __attribute__((format(printf, 1, 2))) void double_die(const char *format, ...);

/* --- device.c --- */

int double_device(void);                        /* the current one */
int double_devices(void);
size_t double_memory_bytes(void);
int double_capability(void);                    /* ten times the devices' */

/* --- memory.c --- */

/* Dies unless the range lies in memory that a device may use. */
void double_check_device_memory(const void *memory, size_t bytes, int device, const char *who, const char *what);
void double_check_pointer(const void *pointer, int device, const char *who, unsigned argument);
bool double_is_pinned(const void *memory);
void double_check_guards(const char *who);              /* dies if somebody wrote beside an allocation */
void double_check_freed(const void *values, size_t bytes, const char *who, unsigned argument);
void double_free_all(int device);

/* --- stream.c --- */

enum double_progress {
	DOUBLE_NOTHING,                         /* nothing is ready */
	DOUBLE_STUCK,                           /* will never go on by itself */
	DOUBLE_WAITING,                         /* for another process */
	DOUBLE_ADVANCED,
	DOUBLE_FINISHED,
};

struct double_kind {
	const char *name;
	enum double_progress (*run)(void *payload);
	bool (*ready)(const void *payload);             /* NULL: always */
	void (*captured)(void *payload, int change);    /* a graph takes it, +1, or gives it up, -1; NULL: nothing to know */
};

/* Work of the same order (an address, or NULL) runs in the order it was given, whatever its streams. */
cudaError_t double_enqueue(cudaStream_t stream, const struct double_kind *kind, const void *payload, size_t bytes,
	const void *order);
cudaError_t double_finish_device(void);
cudaError_t double_finish_stream(cudaStream_t stream);
int double_stream_device(cudaStream_t stream);

enum { MOST_TIPS = 64 };

/* What a stream that is being captured hangs its next node on. */
struct tips {
	unsigned count, nodes[MOST_TIPS];
};

struct operation;
struct CUstream_st {
	struct operation *head, **tail;
	int device, priority;
	bool is_default, blocking;
	struct CUgraph_st *capture;
	struct tips tips;
	struct CUstream_st *next;
};
extern struct CUstream_st *double_streams;
struct CUstream_st *double_stream(cudaStream_t stream);         /* NULL: not a stream */

/* --- capture.c --- */

/* A call that may not stand in a capture: an error, which spoils the captures, if one is going on. */
cudaError_t double_unsafe_in_capture(void);
cudaError_t double_spoil_captures(cudaError_t error);
cudaError_t double_capture(struct CUstream_st *stream, const struct double_kind *kind, const void *payload,
	size_t bytes, const void *order);
unsigned long double_capture_number(const struct CUstream_st *stream);
cudaError_t double_join_capture(struct CUstream_st *stream, unsigned long number, const struct tips *tips);
