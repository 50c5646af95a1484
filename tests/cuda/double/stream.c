/* Streams are queues that nothing runs until the program waits or asks. Then one piece of work at a time runs, of a
   stream that the seed picks among those that may go on: what an event should order and does not, happens in any
   order. */
#define _GNU_SOURCE
#include "core.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct operation {
	struct operation *next;
	const struct double_kind *kind;
	const void *order;
	unsigned long number;                   /* counts everything enqueued */
	_Alignas(16) unsigned char payload[];
};

enum { MOST_DEFAULT_STREAMS = 16, MOST_STREAMS = 256 };

struct CUevent_st {
	unsigned long recorded, done;           /* how many times */
	double when;                            /* milliseconds, of the last done */
	bool timed, destroyed;
	unsigned long capture;                  /* the capture it was recorded in last, or 0 */
	struct tips tips;
	struct CUevent_st *next;
};

struct CUstream_st *double_streams;
static struct CUevent_st *events;
static struct CUstream_st default_streams[MOST_DEFAULT_STREAMS];

static void add_stream(struct CUstream_st *stream, int device)
{
	stream->tail = &stream->head;
	stream->device = device;
	stream->next = double_streams;
	double_streams = stream;
}

static struct CUstream_st *default_stream(int device)
{
	struct CUstream_st *stream = &default_streams[device];
	if (!stream->tail) {
		add_stream(stream, device);
		stream->is_default = true;
	}
	return stream;
}

struct CUstream_st *double_stream(cudaStream_t stream)
{
	if (!stream || stream == cudaStreamLegacy || stream == cudaStreamPerThread)
		return default_stream(double_device());
	struct CUstream_st *known = double_streams;
	while (known && known != stream)
		known = known->next;
	return known;
}

int double_stream_device(cudaStream_t stream)
{
	return double_stream(stream)->device;
}

cudaError_t double_enqueue(cudaStream_t handle, const struct double_kind *kind, const void *payload, size_t bytes,
	const void *order)
{
	static unsigned long numbers;
	struct CUstream_st *stream = double_stream(handle);
	if (!stream)
		double_die("%s: the stream does not exist or was destroyed", kind->name);
	if (stream->capture)
		return double_capture(stream, kind, payload, bytes, order);
	if (stream->is_default && double_unsafe_in_capture())
		return double_fail(cudaErrorStreamCaptureImplicit);
	struct operation *operation = malloc(sizeof *operation + bytes);
	*operation = (struct operation){.kind = kind, .order = order, .number = ++numbers};
	if (bytes)
		memcpy(operation->payload, payload, bytes);
	*stream->tail = operation;
	stream->tail = &operation->next;
	return cudaSuccess;
}

/* --- running --- */

/* The default stream waits for what stands before it in the device's blocking streams, and they for it. */
static bool kept_back(const struct CUstream_st *stream, const struct CUstream_st *other)
{
	const struct operation *mine = stream->head, *theirs = other->head;
	if (!theirs || other == stream || theirs->number > mine->number)
		return false;
	bool legacy = (stream->is_default && other->blocking) || (other->is_default && stream->blocking);
	if (legacy && stream->device == other->device)
		return true;
	for (; mine->order && theirs; theirs = theirs->next)
		if (theirs->order == mine->order && theirs->number < mine->number)
			return true;
	return false;
}

static bool may_run(const struct CUstream_st *stream)
{
	const struct operation *operation = stream->head;
	if (!operation || (operation->kind->ready && !operation->kind->ready(operation->payload)))
		return false;
	for (const struct CUstream_st *other = double_streams; other; other = other->next)
		if (kept_back(stream, other))
			return false;
	return true;
}

static enum double_progress run_head(struct CUstream_st *stream)
{
	struct operation *operation = stream->head;
	enum double_progress progress = operation->kind->run(operation->payload);
	if (progress != DOUBLE_FINISHED)
		return progress;
	stream->head = operation->next;
	if (!stream->head)
		stream->tail = &stream->head;
	free(operation);
	return progress;
}

/* Lets one stream go on, if any can: the others are tried in turn where the first has to wait. */
static enum double_progress step(void)
{
	struct CUstream_st *able[MOST_STREAMS];
	unsigned long count = 0;
	enum double_progress best = DOUBLE_NOTHING;
	for (struct CUstream_st *stream = double_streams; stream; stream = stream->next)
		if (count < MOST_STREAMS && may_run(stream))
			able[count++] = stream;
	unsigned long first = count ? double_random() % count : 0;
	for (unsigned long i = 0; i < count && best < DOUBLE_ADVANCED; i++) {
		enum double_progress progress = run_head(able[(first + i) % count]);
		best = progress > best ? progress : best;
	}
	return best;
}

static cudaError_t run_until(bool (*reached)(const void *), const void *what)
{
	while (!reached(what)) {
		enum double_progress progress = step();
		if (progress == DOUBLE_WAITING)
			double_pause();
		if (progress == DOUBLE_NOTHING)
			double_die("a stream waits for what no stream has: a GPU would wait for ever");
		if (progress == DOUBLE_STUCK)
			return double_fail(cudaErrorLaunchTimeout);
	}
	return cudaSuccess;
}

static bool stream_is_empty(const void *stream)
{
	return !((const struct CUstream_st *)stream)->head;
}

static bool device_is_idle(const void *device)
{
	for (const struct CUstream_st *stream = double_streams; stream; stream = stream->next)
		if (stream->device == *(const int *)device && stream->head)
			return false;
	return true;
}

cudaError_t double_finish_device(void)
{
	int device = double_device();
	return run_until(device_is_idle, &device);
}

cudaError_t double_finish_stream(cudaStream_t stream)
{
	return run_until(stream_is_empty, double_stream(stream));
}

cudaError_t cudaDeviceSynchronize(void)
{
	DOUBLE_ENTER();
	cudaError_t error = double_unsafe_in_capture();
	return double_fail(error ? error : double_finish_device());
}

/* --- streams --- */

static cudaError_t create_stream(cudaStream_t *stream, unsigned flags, int priority)
{
	struct CUstream_st *made = calloc(1, sizeof *made);
	add_stream(made, double_device());
	made->priority = priority;
	made->blocking = !(flags & cudaStreamNonBlocking);
	*stream = made;
	return cudaSuccess;
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags, int priority)
{
	DOUBLE_ENTER();
	return create_stream(stream, flags, priority);
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags)
{
	DOUBLE_ENTER();
	return create_stream(stream, flags, 0);
}

cudaError_t cudaStreamCreate(cudaStream_t *stream)
{
	DOUBLE_ENTER();
	return create_stream(stream, cudaStreamDefault, 0);
}

cudaError_t cudaDeviceGetStreamPriorityRange(int *least, int *greatest)
{
	DOUBLE_ENTER();
	*least = 0;
	*greatest = -5;
	return cudaSuccess;
}

/* A handle that is wrong, or a stream that stands in a capture. */
static cudaError_t usable(const struct CUstream_st *stream)
{
	if (!stream)
		return cudaErrorInvalidResourceHandle;
	return stream->capture ? double_spoil_captures(cudaErrorStreamCaptureUnsupported) : cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle)
{
	DOUBLE_ENTER();
	struct CUstream_st *stream = double_stream(handle);
	cudaError_t error = usable(stream);
	return double_fail(error ? error : run_until(stream_is_empty, stream));
}

cudaError_t cudaStreamQuery(cudaStream_t handle)
{
	DOUBLE_ENTER();
	struct CUstream_st *stream = double_stream(handle);
	cudaError_t error = usable(stream);
	if (error)
		return double_fail(error);
	if (stream->head && step() <= DOUBLE_WAITING)
		double_pause();
	return stream->head ? cudaErrorNotReady : cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t handle)
{
	DOUBLE_ENTER();
	struct CUstream_st *stream = double_stream(handle), **at = &double_streams;
	cudaError_t error = stream && stream->is_default ? cudaErrorInvalidResourceHandle : usable(stream);
	if (error)
		return double_fail(error);
	run_until(stream_is_empty, stream);
	while (*at != stream)
		at = &(*at)->next;
	*at = stream->next;
	while (stream->head) {
		struct operation *operation = stream->head;
		stream->head = operation->next;
		free(operation);
	}
	free(stream);
	return cudaSuccess;
}

/* --- events --- */

struct mark {
	struct CUevent_st *event;
	unsigned long number;
};

static double milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static enum double_progress run_record(void *payload)
{
	const struct mark *mark = payload;
	mark->event->done = mark->number;
	mark->event->when = milliseconds();
	return DOUBLE_FINISHED;
}

static enum double_progress run_wait(void *payload)
{
	(void)payload;
	return DOUBLE_FINISHED;
}

static bool is_recorded(const void *payload)
{
	const struct mark *mark = payload;
	return mark->event->done >= mark->number;
}

static const struct double_kind record_kind = {"cudaEventRecord", run_record, NULL, NULL};
static const struct double_kind wait_kind = {"cudaStreamWaitEvent", run_wait, is_recorded, NULL};

static cudaError_t create_event(cudaEvent_t *event, unsigned flags)
{
	struct CUevent_st *made = calloc(1, sizeof *made);
	made->timed = !(flags & cudaEventDisableTiming);
	made->next = events;
	events = *event = made;
	return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags)
{
	DOUBLE_ENTER();
	return create_event(event, flags);
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
	DOUBLE_ENTER();
	return create_event(event, cudaEventDefault);
}

static bool is_event(const struct CUevent_st *event)
{
	if (event && event->destroyed)
		double_die("an event is used after cudaEventDestroy");
	return event;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle)
{
	DOUBLE_ENTER();
	struct CUstream_st *stream = double_stream(handle);
	if (!is_event(event) || !stream)
		return double_fail(cudaErrorInvalidResourceHandle);
	event->capture = double_capture_number(stream);
	event->tips = stream->tips;
	if (event->capture)
		return cudaSuccess;
	struct mark mark = {event, ++event->recorded};
	return double_enqueue(handle, &record_kind, &mark, sizeof mark, NULL);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned flags)
{
	DOUBLE_ENTER();
	struct CUstream_st *stream = double_stream(handle);
	(void)flags;
	if (!is_event(event) || !stream)
		return double_fail(cudaErrorInvalidResourceHandle);
	if (event->capture)
		return double_fail(double_join_capture(stream, event->capture, &event->tips));
	if (!event->recorded)
		return cudaSuccess;
	if (stream->capture)
		return double_fail(double_spoil_captures(cudaErrorStreamCaptureIsolation));
	struct mark mark = {event, event->recorded};
	return double_enqueue(handle, &wait_kind, &mark, sizeof mark, NULL);
}

static bool event_is_done(const void *event)
{
	const struct CUevent_st *of = event;
	return of->done == of->recorded;
}

static cudaError_t usable_event(const struct CUevent_st *event)
{
	if (!is_event(event))
		return cudaErrorInvalidResourceHandle;
	return event->capture ? double_spoil_captures(cudaErrorCapturedEvent) : double_unsafe_in_capture();
}

cudaError_t cudaEventQuery(cudaEvent_t event)
{
	DOUBLE_ENTER();
	cudaError_t error = usable_event(event);
	if (error)
		return double_fail(error);
	if (!event_is_done(event) && step() <= DOUBLE_WAITING)
		double_pause();
	return event_is_done(event) ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
	DOUBLE_ENTER();
	cudaError_t error = usable_event(event);
	return double_fail(error ? error : run_until(event_is_done, event));
}

cudaError_t cudaEventElapsedTime(float *elapsed, cudaEvent_t start, cudaEvent_t end)
{
	DOUBLE_ENTER();
	if (!is_event(start) || !is_event(end) || !start->timed || !end->timed || !start->recorded || !end->recorded)
		return double_fail(cudaErrorInvalidResourceHandle);
	if (!event_is_done(start) || !event_is_done(end))
		return cudaErrorNotReady;
	*elapsed = (float)(end->when - start->when);
	return cudaSuccess;
}

/* Work may still name the event, so it stays. */
cudaError_t cudaEventDestroy(cudaEvent_t event)
{
	DOUBLE_ENTER();
	if (!is_event(event))
		return double_fail(cudaErrorInvalidResourceHandle);
	event->destroyed = true;
	return cudaSuccess;
}
