/* One batch at a time, launch by launch: for requests, whose data come from the processor, and for finding out which layer
 * made a loss infinite. */
#include "device.h"
#include <stdlib.h>

enum { EXIT_FAILED = 255 };

/* Who calls has nobody to tell: a GPU that fails does not come back. */
static void must(int result)
{
	if (!result)
		return;
	rt_failure_report(NULL);
	exit(EXIT_FAILED);
}

static struct rt_cuda_job *take(struct rt_work *w)
{
	struct rt_cuda_job *j = w->device;
	rt_cuda_take_part(&j->cuda.work, w);
	return j;
}

/* ---- which layer ---- */

struct looking { struct rt_work *work; real *values; size_t room; };

/* Shows a layer's output to whoever asked for it, in the processor's memory. */
static void show(struct rt_cuda *c, int layer, const real *values, size_t count)
{
	struct looking *l = c->trace_data;
	if (count > l->room) {
		free(l->values);
		l->values = rt_reals(count, "a layer's output");
		l->room = count;
	}
	must(!l->values || rt_cuda_take_error(c) || rt_cuda_copy(l->work->device, l->values, values, count * sizeof *values,
		cudaMemcpyDeviceToHost, "look at a layer's output"));
	l->work->trace(l->work, layer, l->values, count);
}

void rt_cuda_gradients(struct rt_work *w)
{
	struct rt_cuda_job *j = take(w);
	struct looking l = {.work = w};
	j->cuda.trace = w->trace ? show : NULL;
	j->cuda.trace_data = &l;
	j->code->gradients(&j->cuda);
	rt_nccl_join(&j->cuda);
	must(rt_cuda_take_error(&j->cuda) || rt_cuda_check(cudaStreamSynchronize(j->cuda.stream), "train on the GPU"));
	j->cuda.trace = NULL;
	free(l.values);
}

/* ---- requests ---- */

void rt_cuda_prepare(struct rt_work *w)
{
	struct rt_cuda_job *j = w->device;
	j->code->prepare(&j->cuda);
	must(rt_cuda_take_error(&j->cuda));
}

static int put_samples(struct rt_cuda_job *j, const struct rt_work *w)
{
	size_t elements = rt_element_count(j->model), bytes = sizeof(float) * elements * (size_t)w->n;
	size_t most = sizeof(float) * elements * (size_t)j->cuda.work.capacity;
	if (!j->batch.floats && (rt_cuda_allocate(j, (void **)&j->batch.floats, most, "requests") ||
		rt_cuda_allocate(j, (void **)&j->batch.labels, sizeof(float) * (size_t)j->cuda.work.capacity, "requests")))
		return -1;
	j->cuda.work.floats = j->batch.floats;
	j->cuda.work.labels = j->batch.labels;
	return rt_cuda_check(cudaMemcpyAsync(j->batch.floats, w->floats, bytes, cudaMemcpyHostToDevice, j->cuda.stream),
		"copy a request to the GPU");
}

void rt_cuda_evaluate(struct rt_work *w)
{
	struct rt_cuda_job *j = take(w);
	size_t bytes = sizeof(float) * (size_t)j->model->outputs * (size_t)w->n;
	must(put_samples(j, w));
	j->code->evaluate(&j->cuda);
	must(rt_cuda_take_error(&j->cuda) ||
		rt_cuda_copy(j, w->predictions, j->cuda.work.predictions, bytes, cudaMemcpyDeviceToHost, "copy predictions from the GPU"));
}
