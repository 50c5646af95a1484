/* A second stream, for what only the optimizer waits for: products of weights' gradients, beside what goes on to the layers
 * before. That is launched first, since more waits for it. One group of launches at a time: the next waits for the last, so
 * that what it reads need not stay for long. */
#include "device.h"

static void swap_streams(struct rt_cuda *c)
{
	cudaStream_t other = c->aside.stream;
	c->aside.stream = c->stream;
	c->stream = other;
	c->aside.on = !c->aside.on;
}

int rt_cuda_aside_open(struct rt_cuda *c)
{
	struct rt_cuda_aside *a = &c->aside;
	return rt_cuda_check(cudaStreamCreateWithFlags(&a->stream, cudaStreamNonBlocking), "use the GPU") ||
		rt_cuda_check(cudaEventCreateWithFlags(&a->forked, cudaEventDisableTiming), "use the GPU") ||
		rt_cuda_check(cudaEventCreateWithFlags(&a->done, cudaEventDisableTiming), "use the GPU") ? -1 : 0;
}

void rt_cuda_aside_close(struct rt_cuda *c)
{
	struct rt_cuda_aside *a = &c->aside;
	if (a->forked)
		cudaEventDestroy(a->forked);
	if (a->done)
		cudaEventDestroy(a->done);
	if (a->stream)
		cudaStreamDestroy(a->stream);
}

void rt_cuda_aside_fork(struct rt_cuda *c)
{
	c->aside.used = true;
	if (c->planning || c->aside.off)
		return;
	rt_cuda_aside_join(c);
	rt_cuda_keep(c, cudaEventRecord(c->aside.forked, c->stream), "gradients of weights");
}

void rt_cuda_aside_begin(struct rt_cuda *c)
{
	if (c->planning || c->aside.off)
		return;
	rt_cuda_keep(c, cudaStreamWaitEvent(c->aside.stream, c->aside.forked, 0), "gradients of weights");
	swap_streams(c);
}

void rt_cuda_aside_end(struct rt_cuda *c)
{
	if (c->planning || c->aside.off)
		return;
	rt_cuda_keep(c, cudaEventRecord(c->aside.done, c->stream), "gradients of weights");
	swap_streams(c);
	c->aside.pending = true;
}

void rt_cuda_aside_join(struct rt_cuda *c)
{
	if (c->aside.pending)
		rt_cuda_keep(c, cudaStreamWaitEvent(c->stream, c->aside.done, 0), "gradients of weights");
	c->aside.pending = false;
}
