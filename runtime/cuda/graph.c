/* A step as a CUDA graph, recorded once and launched again and again. Gradients of weights may run beside the rest or in a row
 * with it, whichever this GPU does faster: with the same numbers, so that it is tried in the first steps of training. */
#include "device.h"

enum { WARM = 2, TRIAL = 10 };          /* steps: not timed; timed each way */

void rt_cuda_take_part(struct rt_cuda_work *to, const struct rt_work *w)
{
	const int slots = rt_cuda_slot_count(w->n), rank = w->ranks ? w->ranks->rank : 0, ranks = w->ranks ? w->ranks->count : 1;
	const int end = slots * (rank + 1) / ranks;
	to->total = w->n;
	to->slot_first = slots * rank / ranks;
	to->slots = end - to->slot_first;
	to->batch_offset = rt_cuda_slot_begin(w->n, to->slot_first);
	to->n = rt_cuda_slot_begin(w->n, end) - to->batch_offset;
}

/* ---- launches ---- */

void rt_cuda_sum_losses(struct rt_cuda *c)
{
	const struct rt_model *m = ((struct rt_cuda_job *)c)->model;
	int metrics = m->n_metrics;
	real *sums = c->work.gradients + m->trainable;
	rt_cuda_launch_with(c, "rt_cuda_account", (const void *)rt_cuda_account, 1, (void *[]){&c->work, &metrics, &sums});
}

static void launch_advance(struct rt_cuda_job *j, int training)
{
	int metrics = j->model->n_metrics;
	const real *sums = j->cuda.work.gradients + j->model->trainable;
	rt_cuda_launch_with(&j->cuda, "rt_cuda_advance", (const void *)rt_cuda_advance, 1,
		(void *[]){&j->cuda.work, &metrics, &sums, &training});
}

static void launch_step(struct rt_cuda_job *j, bool training)
{
	if (training)
		j->code->gradients(&j->cuda);
	else
		j->code->evaluate(&j->cuda);
	rt_cuda_reduce(&j->cuda, j->cuda.work.gradients + j->model->trainable, (size_t)j->model->n_metrics + 1);
	rt_nccl_join(&j->cuda);
	if (training)
		j->code->update(&j->cuda);
	launch_advance(j, training);
}

/* ---- recording ---- */

/* Makes what the libraries need for a step, which must not be made while it is recorded. */
static int plan(struct rt_cuda_job *j, bool training)
{
	if (!j->code->libraries)
		return 0;
	j->cuda.planning = true;
	launch_step(j, training);
	j->cuda.planning = false;
	return rt_cuda_take_error(&j->cuda);
}

static int record(struct rt_cuda_job *j, cudaGraphExec_t *to, bool training)
{
	cudaGraph_t graph = NULL;
	if (rt_cuda_check(cudaStreamBeginCapture(j->cuda.stream, cudaStreamCaptureModeThreadLocal), "record a step"))
		return -1;
	launch_step(j, training);
	cudaError_t error = cudaStreamEndCapture(j->cuda.stream, &graph);
	int result = rt_cuda_take_error(&j->cuda) || rt_cuda_check(error, "record a step") ? -1 :
		rt_cuda_check(cudaGraphInstantiateWithFlags(to, graph, 0), "record a step");
	if (graph)
		cudaGraphDestroy(graph);
	return result;
}

/* The same step in a row, and events to time both. */
static int record_other(struct rt_cuda_job *j, struct rt_cuda_graph *g)
{
	j->cuda.aside.off = true;
	const int result = record(j, &g->other, true);
	j->cuda.aside.off = false;
	for (int i = 0; i < RT_CUDA_MARKS && !result; i++)
		if (rt_cuda_check(cudaEventCreate(&g->marks[i]), "record a step"))
			return -1;
	return result;
}

/* ---- which way is faster ---- */

static void forget_other(struct rt_cuda_graph *g)
{
	if (g->other)
		cudaGraphExecDestroy(g->other);
	g->other = NULL;
	for (int i = 0; i < RT_CUDA_MARKS; i++) {
		if (g->marks[i])
			cudaEventDestroy(g->marks[i]);
		g->marks[i] = NULL;
	}
}

static int decide(struct rt_cuda_job *j, struct rt_cuda_graph *g)
{
	float beside, row;
	if (rt_cuda_wait(j, g->marks[2]) ||
		rt_cuda_check(cudaEventElapsedTime(&beside, g->marks[0], g->marks[1]), "time a step") ||
		rt_cuda_check(cudaEventElapsedTime(&row, g->marks[1], g->marks[2]), "time a step"))
		return -1;
	if (row < beside) {
		const cudaGraphExec_t faster = g->other;
		g->other = g->exec;
		g->exec = faster;
		j->cuda.aside.off = true;
	}
	forget_other(g);
	return 0;
}

/* The way to take for the next step, while both are tried. */
static int try_both(struct rt_cuda_job *j, struct rt_cuda_graph *g, cudaGraphExec_t *exec)
{
	const int at = g->launches++ - WARM;
	if (at >= 0 && at % TRIAL == 0 && rt_cuda_check(cudaEventRecord(g->marks[at / TRIAL], j->cuda.stream), "time a step"))
		return -1;
	if (at == 2 * TRIAL && decide(j, g))
		return -1;
	*exec = at >= TRIAL && g->other ? g->other : g->exec;
	return 0;
}

/* ---- a step ---- */

int rt_cuda_launch_step(struct rt_cuda_job *j, struct rt_cuda_graph graphs[RT_CUDA_GRAPHS], const struct rt_work *w,
	bool training)
{
	struct rt_cuda_graph *g = &graphs[0];
	while (g->exec && g->n != w->n)
		g++;
	rt_cuda_take_part(&j->cuda.work, w);
	if (!g->exec) {
		*g = (struct rt_cuda_graph){.n = w->n};
		if (plan(j, training) || record(j, &g->exec, training))
			return -1;
		if (training && g == graphs && j->cuda.aside.used && record_other(j, g))
			return -1;
	}
	cudaGraphExec_t exec = g->exec;
	if (g->other && try_both(j, g, &exec))
		return -1;
	return rt_cuda_check(cudaGraphLaunch(exec, j->cuda.stream), "launch a step");
}

void rt_cuda_graphs_close(struct rt_cuda_graph graphs[RT_CUDA_GRAPHS])
{
	for (int i = 0; i < RT_CUDA_GRAPHS; i++) {
		forget_other(&graphs[i]);
		if (graphs[i].exec)
			cudaGraphExecDestroy(graphs[i].exec);
	}
}
