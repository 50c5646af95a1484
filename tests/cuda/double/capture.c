/* Captures make graphs; a launched graph runs its nodes in an order that the seed picks among those that their
   dependencies allow, between the work of other streams. */
#include "core.h"
#include <stdlib.h>
#include <string.h>

struct node {
	const struct double_kind *kind;
	const void *order;
	void *payload;
	size_t bytes;
	struct tips needs;
	bool is_needed;
};

struct CUgraph_st {
	unsigned long number;                   /* of its capture */
	unsigned references;                    /* the program's, those of executables and of launches */
	unsigned count, room;
	struct node *nodes;
	struct CUstream_st *origin;
	enum cudaStreamCaptureMode mode;
	bool spoilt;
};

struct CUgraphExec_st {
	struct CUgraph_st *graph;
};

/* --- capturing --- */

cudaError_t double_spoil_captures(cudaError_t error)
{
	for (struct CUstream_st *stream = double_streams; stream; stream = stream->next)
		if (stream->capture)
			stream->capture->spoilt = true;
	return error;
}

cudaError_t double_unsafe_in_capture(void)
{
	for (struct CUstream_st *stream = double_streams; stream; stream = stream->next)
		if (stream->capture && stream->capture->mode != cudaStreamCaptureModeRelaxed)
			return double_spoil_captures(cudaErrorStreamCaptureUnsupported);
	return cudaSuccess;
}

unsigned long double_capture_number(const struct CUstream_st *stream)
{
	return stream->capture ? stream->capture->number : 0;
}

static void add_tip(struct tips *tips, unsigned node)
{
	for (unsigned i = 0; i < tips->count; i++)
		if (tips->nodes[i] == node)
			return;
	if (tips->count == MOST_TIPS)
		double_die("a captured node depends on over %d others", MOST_TIPS);
	tips->nodes[tips->count++] = node;
}

static struct node *new_node(struct CUgraph_st *graph)
{
	if (graph->count == graph->room) {
		graph->room = graph->room ? 2 * graph->room : 64;
		graph->nodes = realloc(graph->nodes, graph->room * sizeof *graph->nodes);
	}
	return &graph->nodes[graph->count++];
}

/* A node hangs on what its stream did last, and on the last of its order. */
cudaError_t double_capture(struct CUstream_st *stream, const struct double_kind *kind, const void *payload,
	size_t bytes, const void *order)
{
	struct CUgraph_st *graph = stream->capture;
	if (graph->spoilt)
		return double_fail(cudaErrorStreamCaptureInvalidated);
	struct node *node = new_node(graph);
	unsigned mine = graph->count - 1;
	*node = (struct node){.kind = kind, .order = order, .bytes = bytes, .needs = stream->tips};
	node->payload = malloc(bytes + 1);
	memcpy(node->payload, payload, bytes);
	for (unsigned i = mine; order && i-- > 0;)
		if (graph->nodes[i].order == order) {
			add_tip(&node->needs, i);
			break;
		}
	for (unsigned i = 0; i < node->needs.count; i++)
		graph->nodes[node->needs.nodes[i]].is_needed = true;
	if (kind->captured)
		kind->captured(node->payload, +1);
	stream->tips = (struct tips){1, {mine}};
	return cudaSuccess;
}

cudaError_t double_join_capture(struct CUstream_st *stream, unsigned long number, const struct tips *tips)
{
	struct CUgraph_st *graph = NULL;
	for (struct CUstream_st *other = double_streams; other; other = other->next)
		if (double_capture_number(other) == number)
			graph = other->capture;
	if (!graph)
		return double_spoil_captures(cudaErrorCapturedEvent);
	if (stream->is_default)
		return double_spoil_captures(cudaErrorStreamCaptureImplicit);
	if (stream->capture && stream->capture != graph)
		return double_spoil_captures(cudaErrorStreamCaptureMerge);
	if (!stream->capture)
		stream->tips.count = 0;
	stream->capture = graph;
	for (unsigned i = 0; i < tips->count; i++)
		add_tip(&stream->tips, tips->nodes[i]);
	return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, enum cudaStreamCaptureMode mode)
{
	DOUBLE_ENTER();
	static unsigned long numbers;
	struct CUstream_st *stream = double_stream(handle);
	if (!stream)
		return double_fail(cudaErrorInvalidResourceHandle);
	if (stream->is_default)
		return double_fail(cudaErrorStreamCaptureUnsupported);
	if (stream->capture)
		return double_fail(cudaErrorIllegalState);
	struct CUgraph_st *graph = calloc(1, sizeof *graph);
	*graph = (struct CUgraph_st){.number = ++numbers, .references = 1, .origin = stream, .mode = mode};
	stream->capture = graph;
	stream->tips.count = 0;
	return cudaSuccess;
}

static void release(struct CUgraph_st *graph)
{
	if (--graph->references)
		return;
	for (unsigned i = 0; i < graph->count; i++) {
		struct node *node = &graph->nodes[i];
		if (node->kind->captured)
			node->kind->captured(node->payload, -1);
		free(node->payload);
	}
	free(graph->nodes);
	free(graph);
}

/* Every branch must have come back into the stream that the capture began in. */
static bool is_joined(const struct CUgraph_st *graph)
{
	struct tips all = graph->origin->tips;
	for (unsigned i = 0; i < graph->count; i++)
		if (!graph->nodes[i].is_needed)
			add_tip(&all, i);
	return all.count == graph->origin->tips.count;
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t *result)
{
	DOUBLE_ENTER();
	struct CUstream_st *stream = double_stream(handle);
	struct CUgraph_st *graph = stream ? stream->capture : NULL;
	*result = NULL;
	if (!graph)
		return double_fail(cudaErrorIllegalState);
	if (graph->origin != stream)
		return double_fail(double_spoil_captures(cudaErrorStreamCaptureUnmatched));
	cudaError_t error = graph->spoilt ? cudaErrorStreamCaptureInvalidated : cudaSuccess;
	if (!error && !is_joined(graph))
		error = cudaErrorStreamCaptureUnjoined;
	for (struct CUstream_st *other = double_streams; other; other = other->next)
		if (other->capture == graph)
			other->capture = NULL;
	if (error)
		release(graph);
	else
		*result = graph;
	return double_fail(error);
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, enum cudaStreamCaptureStatus *status)
{
	DOUBLE_ENTER();
	struct CUstream_st *stream = double_stream(handle);
	if (!stream)
		return double_fail(cudaErrorInvalidResourceHandle);
	*status = !stream->capture ? cudaStreamCaptureStatusNone :
		stream->capture->spoilt ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
	return cudaSuccess;
}

/* --- launching --- */

/* A launch that is under way. What runs is a copy of each node's payload. */
struct running {
	struct CUgraph_st *graph;
	struct progress {
		void *payload;
		bool finished;
	} *nodes;
	unsigned finished;
};

static bool node_may_run(const struct running *running, unsigned i)
{
	const struct node *node = &running->graph->nodes[i];
	void *payload = running->nodes[i].payload;
	if (running->nodes[i].finished || (node->kind->ready && !node->kind->ready(payload)))
		return false;
	for (unsigned n = 0; n < node->needs.count; n++)
		if (!running->nodes[node->needs.nodes[n]].finished)
			return false;
	return true;
}

static void start(struct running *running)
{
	unsigned count = running->graph->count;
	running->nodes = calloc(count + 1, sizeof *running->nodes);
	for (unsigned i = 0; i < count; i++) {
		const struct node *node = &running->graph->nodes[i];
		running->nodes[i].payload = malloc(node->bytes + 1);
		memcpy(running->nodes[i].payload, node->payload, node->bytes);
	}
}

static enum double_progress run_node(struct running *running, unsigned i)
{
	struct progress *node = &running->nodes[i];
	enum double_progress progress = running->graph->nodes[i].kind->run(node->payload);
	if (progress != DOUBLE_FINISHED)
		return progress;
	node->finished = true;
	free(node->payload);
	running->finished++;
	return DOUBLE_ADVANCED;
}

static enum double_progress run_graph(void *payload)
{
	struct running *running = payload;
	unsigned count = running->graph->count;
	enum double_progress best = DOUBLE_STUCK;
	if (!running->nodes)
		start(running);
	unsigned first = count ? (unsigned)(double_random() % count) : 0;
	bool backward = double_random() % 2;            /* else those given first would nearly always be first */
	for (unsigned i = 0; i < count && best < DOUBLE_ADVANCED; i++) {
		unsigned node = (first + (backward ? count - i : i)) % count;
		enum double_progress progress = node_may_run(running, node) ? run_node(running, node) : DOUBLE_NOTHING;
		best = progress > best ? progress : best;
	}
	if (running->finished < count)
		return best;
	free(running->nodes);
	release(running->graph);
	return DOUBLE_FINISHED;
}

static const struct double_kind graph_kind = {"cudaGraphLaunch", run_graph, NULL, NULL};

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t handle)
{
	DOUBLE_ENTER();
	struct CUstream_st *stream = double_stream(handle);
	if (!executable || !stream)
		return double_fail(cudaErrorInvalidResourceHandle);
	if (stream->capture)
		return double_fail(double_spoil_captures(cudaErrorStreamCaptureUnsupported));
	struct running running = {.graph = executable->graph};
	cudaError_t error = double_enqueue(handle, &graph_kind, &running, sizeof running, executable);
	executable->graph->references += !error;
	return error;
}

static cudaError_t instantiate(cudaGraphExec_t *executable, struct CUgraph_st *graph)
{
	if (!graph)
		return cudaErrorInvalidValue;
	graph->references++;
	*executable = malloc(sizeof **executable);
	(*executable)->graph = graph;
	return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *executable, cudaGraph_t graph, unsigned long long flags)
{
	DOUBLE_ENTER();
	(void)flags;
	return double_fail(instantiate(executable, graph));
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *executable, cudaGraph_t graph, unsigned long long flags)
{
	DOUBLE_ENTER();
	(void)flags;
	return double_fail(instantiate(executable, graph));
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t stream)
{
	DOUBLE_ENTER();
	return double_fail(executable && double_stream(stream) ? cudaSuccess : cudaErrorInvalidResourceHandle);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable)
{
	DOUBLE_ENTER();
	if (!executable)
		return double_fail(cudaErrorInvalidValue);
	release(executable->graph);
	free(executable);
	return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
	DOUBLE_ENTER();
	if (!graph)
		return double_fail(cudaErrorInvalidValue);
	release(graph);
	return cudaSuccess;
}

/* Tells the number only: nodes have no handles here. */
cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t *nodes, size_t *count)
{
	DOUBLE_ENTER();
	if (!graph || nodes)
		return double_fail(cudaErrorNotSupported);
	*count = graph->count;
	return cudaSuccess;
}
