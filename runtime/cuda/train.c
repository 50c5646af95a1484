/* Training on a GPU: data and weights lie there, and a whole step is one graph that is launched again and again. The
 * processor launches ahead and looks at what the GPU counts now and then. */
#include "device.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD = 32 };                    /* steps between looks; up to twice as many are launched and not done */
enum { MOST_NUMBERS = INT32_MAX - (1 << 25) };  /* of a tensor: kernels count in ints, and step over the end */

/* ---- memory ---- */

static struct rt_cuda_job *job_of(const struct rt_work *w)
{
	return w->device;
}

static int allocate_reals(struct rt_cuda_job *j, real **to, size_t each, size_t times, const char *what)
{
	return rt_cuda_allocate(j, (void **)to, each * times * sizeof(real), what);
}

static int allocate_work(struct rt_cuda_job *j, size_t batch)
{
	const struct rt_model *m = j->model;
	struct rt_cuda_work *w = &j->cuda.work;
	if (allocate_reals(j, &w->weights, m->weights, 1, "the weights") ||
		allocate_reals(j, &w->gradients, m->trainable + RT_CUDA_MEANS, 1, "the gradients") ||
		allocate_reals(j, &w->states, m->trainable, (size_t)m->optimizer.states, "the optimizer") ||
		allocate_reals(j, &w->samples, j->code->sample, batch, "the samples of a batch") ||
		allocate_reals(j, &w->sums, j->code->slot, RT_CUDA_SLOTS, "partial sums") ||
		allocate_reals(j, &w->fixed, j->code->fixed, 1, "folded weights") ||
		allocate_reals(j, &w->loss, batch, 1, "the losses") ||
		allocate_reals(j, &w->metrics, batch, (size_t)m->n_metrics, "the metrics") ||
		rt_cuda_allocate(j, (void **)&w->predictions, batch * (size_t)m->outputs * sizeof(float), "the predictions"))
		return -1;
	return rt_cuda_allocate(j, (void **)&w->step, sizeof *w->step, "the step");
}

static int copy_in(struct rt_cuda_job *j, void *to, const void *from, size_t bytes, const char *what)
{
	return rt_cuda_copy(j, to, from, bytes, cudaMemcpyHostToDevice, what);
}

/* Memory with a copy of from in it. */
static int put(struct rt_cuda_job *j, void **to, const void *from, size_t bytes, const char *what)
{
	return rt_cuda_allocate(j, to, bytes, what) || copy_in(j, *to, from, bytes, what) ? -1 : 0;
}

static int copy_weights(struct rt_cuda_job *j, const struct rt_work *w)
{
	const struct rt_model *m = j->model;
	double *hyperparameters;
	if (copy_in(j, j->cuda.work.weights, w->weights, m->weights * sizeof(real), "copy the weights to the GPU"))
		return -1;
	if (w->states && copy_in(j, j->cuda.work.states, w->states, m->trainable * (size_t)m->optimizer.states * sizeof(real),
		"copy the optimizer's state to the GPU"))
		return -1;
	if (!w->hyperparameters)
		return 0;
	size_t bytes = sizeof *hyperparameters * (size_t)m->n_hyperparameters;
	if (put(j, (void **)&hyperparameters, w->hyperparameters, bytes, "hyperparameters"))
		return -1;
	j->cuda.work.hyperparameters = hyperparameters;
	return 0;
}

/* cublasLt has products of bfloat16 from Ampere on. */
static int check_precision(const struct rt_cuda_job *j, int device)
{
	enum { AMPERE = 8 };
	int major, minor;
	if (!j->model->bfloat16 || !j->code->libraries)
		return 0;
	if (rt_cuda_capability(device, &major, &minor))
		return -1;
	if (major >= AMPERE)
		return 0;
	return rt_fail(RT_USER_ERROR, "cublasLt has no bfloat16 for this GPU: its compute capability is %d.%d, and %s want %d.0; "
		"build the program with --cuda-libraries=none, or without precision", major, minor, j->model->bfloat16, AMPERE);
}

/* NVIDIA's own variable, which its libraries read too. */
static bool forbids_tf32(void)
{
	const char *set = getenv("NVIDIA_TF32_OVERRIDE");
	return set && !strcmp(set, "0");
}

static int open_device(struct rt_cuda_job *j, const struct rt_work *w, long batch)
{
	int device, processors;
	if (rt_cuda_choose(&device, w->ranks) || check_precision(j, device) || rt_cuda_load_kernels(&j->cuda, device) ||
		rt_cuda_check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), "use the GPU") ||
		rt_cuda_check(cudaStreamCreateWithFlags(&j->cuda.stream, cudaStreamNonBlocking), "use the GPU") ||
		rt_cuda_aside_open(&j->cuda) ||
		rt_cuda_check(cudaMallocHost((void **)&j->polled, 2 * sizeof *j->polled), "allocate pinned memory"))
		return -1;
	for (int i = 0; i < 2; i++)
		if (rt_cuda_check(cudaEventCreateWithFlags(&j->copied[i], cudaEventDisableTiming), "use the GPU"))
			return -1;
	j->cuda.most_blocks = 32L * processors;
	j->cuda.work.capacity = (int)batch;
	j->cuda.work.seed = w->seed;
	j->cuda.work.strict = forbids_tf32();
	if (w->ranks && w->ranks->count > 1 && rt_nccl_open(&j->cuda, w->ranks))
		return -1;
	if (j->code->libraries && j->code->libraries->open(&j->cuda))
		return -1;
	return allocate_work(j, (size_t)batch) || copy_weights(j, w) ? -1 : 0;
}

static int open_job(const struct rt_model *m, const struct rt_code *code, struct rt_work *w, long batch)
{
	struct rt_cuda_job *j = calloc(1, sizeof *j);
	if (!j)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory");
	w->device = j;
	j->model = m;
	j->code = code->program;
	const long most = MOST_NUMBERS / (long)j->code->largest;
	if (batch > most)
		return rt_fail(RT_USER_ERROR, "a batch of %ld samples is too large for a GPU: take at most %ld", batch, most);
	return open_device(j, w, batch);
}

/* Graphs go before what they use. */
static void close_job(struct rt_work *w)
{
	struct rt_cuda_job *j = job_of(w);
	if (!j)
		return;
	rt_cuda_graphs_close(j->train);
	rt_cuda_graphs_close(j->evaluate);
	rt_cuda_unload_kernels(&j->cuda);
	if (j->cuda.products)
		j->code->libraries->close(&j->cuda);
	if (j->cuda.nccl)
		rt_nccl_close(&j->cuda, rt_failure() != NULL);
	for (int i = 0; i < j->n_memory; i++)
		cudaFree(j->memory[i]);
	for (int i = 0; i < 2; i++)
		if (j->copied[i])
			cudaEventDestroy(j->copied[i]);
	if (j->polled)
		cudaFreeHost(j->polled);
	rt_cuda_aside_close(&j->cuda);
	if (j->cuda.stream)
		cudaStreamDestroy(j->cuda.stream);
	free(j);
	w->device = NULL;
}

/* ---- data ---- */

static int put_data(struct rt_cuda_job *j, struct rt_cuda_data *to, const struct rt_data *from, const char *what)
{
	const size_t numbers = (size_t)from->samples * from->element_count, labels = (size_t)from->samples * sizeof(float);
	if (put(j, (void **)&to->labels, from->labels, labels, what))
		return -1;
	return from->bytes ? put(j, (void **)&to->bytes, from->bytes, numbers, what) :
		put(j, (void **)&to->floats, from->floats, numbers * sizeof(float), what);
}

/* Once, at the first epoch. */
static int put_all_data(struct rt_cuda_job *j, const struct rt_job *job)
{
	if (j->training.labels)
		return 0;
	if (put_data(j, &j->training, job->training, "the training data") ||
		(job->validation && put_data(j, &j->validation, job->validation, "the validation data")))
		return -1;
	if (!job->model->shuffle)
		return 0;
	return rt_cuda_allocate(j, (void **)&j->index, sizeof *j->index * (size_t)job->training->samples, "the order of samples");
}

static void take_data(struct rt_cuda_work *w, const struct rt_cuda_data *d, const uint32_t *index)
{
	w->bytes = d->bytes;
	w->floats = d->floats;
	w->labels = d->labels;
	w->index = index;
}

/* ---- what the GPU counts ---- */

static int put_step(struct rt_cuda_job *j, const struct rt_job *job)
{
	const struct rt_optimizer *o = &job->model->optimizer;
	const struct rt_cuda_step step = {.step = job->work.step, .iterations = job->state.iterations,
		.lr = rt_scalar(&o->lr, job->state.hyperparameters), .decay = rt_scalar(&o->decay, job->state.hyperparameters)};
	return copy_in(j, j->cuda.work.step, &step, sizeof step, "begin an epoch on the GPU");
}

/* Starts copying the step to polled[number]. */
static int begin_copy(struct rt_cuda_job *j, int number)
{
	return rt_cuda_check(cudaMemcpyAsync(&j->polled[number], j->cuda.work.step, sizeof *j->polled, cudaMemcpyDeviceToHost,
		j->cuda.stream), "ask the GPU how far it is") ||
		rt_cuda_check(cudaEventRecord(j->copied[number], j->cuda.stream), "ask the GPU how far it is") ? -1 : 0;
}

int rt_cuda_wait(struct rt_cuda_job *j, cudaEvent_t event)
{
	return j->cuda.nccl ? rt_nccl_wait(&j->cuda, event) : rt_cuda_check(cudaEventSynchronize(event), "train on the GPU");
}

/* Waits for that copy and sets means from it. */
static int end_copy(struct rt_cuda_job *j, int number, struct rt_means *means)
{
	const struct rt_cuda_step *step = &j->polled[number];
	if (rt_cuda_wait(j, j->copied[number]))
		return -1;
	rt_means_begin(means, j->model->n_metrics);
	means->samples = (long)step->samples;
	memcpy(means->sums, step->sums, sizeof *means->sums * (size_t)means->n);
	return 0;
}

/* ---- epochs ---- */

static int shuffle(struct rt_cuda_job *j, const struct rt_job *job)
{
	struct rt_shuffle order = rt_shuffle_of((uint32_t)job->training->samples, job->config->seed, (uint64_t)job->epoch);
	if (!j->index)
		return 0;
	rt_cuda_launch_with(&j->cuda, "rt_cuda_shuffle", (const void *)rt_cuda_shuffle, rt_cuda_blocks(&j->cuda, job->training->samples),
		(void *[]){&order, &j->index});
	return rt_cuda_take_error(&j->cuda);
}

static int fail_diverged(struct rt_job *job, long step)
{
	struct rt_work *w = &job->work;
	job->step = step;
	rt_take_batch(w, (step - 1) * job->config->batch_size, job->training->samples, job->config->batch_size);
	return rt_diverged(job->model, job->code, w, job->epoch, step);
}

/* Whether to stop here: at a signal. Ranks must all stop behind the same step. No rank is more than one look ahead of the
 * first, which waits for its sums, so that the first can name the look after the next. */
static bool stops(struct rt_cuda_job *j, const struct rt_job *job)
{
	const struct rt_ranks *ranks = &job->config->ranks;
	j->looks++;
	if (ranks->count == 1)
		return rt_stop_signal() != NULL;
	if (ranks->rank == 0 && rt_stop_signal() && !atomic_load(&ranks->shared->stop))
		atomic_store(&ranks->shared->stop, j->looks + 2);
	const long stop = atomic_load(&ranks->shared->stop);
	return stop && j->looks >= stop;
}

/* A look at how far the GPU is: the job's step, the log's line, and whether the loss is still a number. */
static int look(struct rt_cuda_job *j, struct rt_job *job, struct rt_progress *p, int number)
{
	struct rt_means means;
	if (end_copy(j, number, &means))
		return -1;
	const struct rt_cuda_step *step = &j->polled[number];
	if (step->diverged)
		return fail_diverged(job, (long)step->diverged);
	job->step = (long)step->steps;
	job->state.iterations = step->iterations;
	job->work.step = step->step;
	rt_progress_means(p, &means, 0);
	if (means.samples < job->training->samples)
		rt_progress_update(p, means.samples);
	job->stopped = stops(j, job);
	return 0;
}

static int epoch(struct rt_job *job, struct rt_progress *p)
{
	struct rt_cuda_job *j = job_of(&job->work);
	const long samples = job->training->samples, batch = job->config->batch_size;
	long launched = 0, copies = 0;
	if (put_all_data(j, job) || shuffle(j, job) || put_step(j, job))
		return -1;
	take_data(&j->cuda.work, &j->training, j->index);
	j->train[0].launches = 0;               /* no trial goes over the end of an epoch */
	for (long first = 0; first < samples && !job->stopped; first += batch) {
		rt_take_batch(&job->work, first, samples, batch);
		if (rt_cuda_launch_step(j, j->train, &job->work, true))
			return -1;
		const bool one = ++launched == 1, last = first + job->work.n >= samples;
		if (!one && !last && launched % AHEAD)
			continue;
		if (begin_copy(j, (int)(copies++ % 2)) || (copies > 1 && look(j, job, p, (int)(copies % 2))))
			return -1;
		if (one && look(j, job, p, 0))
			return -1;
		if (one)
			rt_timings_mark(&job->timings, RT_STEPPED);
	}
	return look(j, job, p, (int)((copies - 1) % 2));
}

static int validate(struct rt_job *job)
{
	struct rt_cuda_job *j = job_of(&job->work);
	if (!job->validation)
		return 0;
	const long samples = job->validation->samples, batch = job->config->batch_size;
	take_data(&j->cuda.work, &j->validation, NULL);
	if (put_step(j, job))
		return -1;
	j->code->prepare(&j->cuda);
	if (rt_cuda_take_error(&j->cuda))
		return -1;
	for (long first = 0; first < samples; first += batch) {
		rt_take_batch(&job->work, first, samples, batch);
		if (rt_cuda_launch_step(j, j->evaluate, &job->work, false))
			return -1;
	}
	return begin_copy(j, 0) || end_copy(j, 0, &job->validation_means) ? -1 : 0;
}

static int fetch(struct rt_job *job)
{
	struct rt_cuda_job *j = job_of(&job->work);
	const struct rt_model *m = job->model;
	if (rt_cuda_copy(j, job->state.weights, j->cuda.work.weights, m->weights * sizeof(real), cudaMemcpyDeviceToHost,
		"copy the weights from the GPU") ||
		rt_cuda_copy(j, job->state.states, j->cuda.work.states, m->trainable * (size_t)m->optimizer.states * sizeof(real),
		cudaMemcpyDeviceToHost, "copy the optimizer's state from the GPU"))
		return -1;
	return rt_weights_check(m, &job->work, job->epoch, job->step);
}

const struct rt_device rt_cuda_device = {open_job, close_job, epoch, validate, fetch};
