/* Training: epochs of steps, each epoch followed by validation. All memory is there before the first step. */
#include "internal.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

static long least(long a, long b)
{
	return a < b ? a : b;
}

static long most(long a, long b)
{
	return a > b ? a : b;
}

/* each x times reals into *to */
static int allocate(real **to, size_t each, size_t times, const char *what)
{
	size_t count;
	if (__builtin_mul_overflow(each, times, &count))
		count = SIZE_MAX;
	*to = rt_reals(count, what);
	return *to ? 0 : -1;
}

static int allocate_all(struct rt_job *j, size_t batch, size_t threads)
{
	const struct rt_model *m = j->model;
	struct rt_work *w = &j->work;
	if (allocate(&w->weights, m->weights, 1, "the weights") ||
		allocate(&w->gradients, m->weights + RT_TAIL, 1, "the gradients") ||
		allocate(&w->states, m->trainable, (size_t)m->optimizer.states, "the optimizer") ||
		allocate(&w->samples, j->code->sample, batch, "the samples of a batch; lower the batch size") ||
		allocate(&w->slots, j->code->slot, RT_SLOTS, "partial sums") ||
		allocate(&w->threads, j->code->thread, threads, "the threads; take fewer with --threads") ||
		allocate(&w->fixed, j->code->fixed, 1, "packed weights") ||
		allocate(&w->loss, 1, batch, "the losses") ||
		allocate(&w->metrics, (size_t)m->n_metrics, batch, "the metrics"))
		return -1;
	if (!m->shuffle || j->code->device)
		return 0;
	j->index = malloc(sizeof *j->index * (size_t)j->training->samples);
	return j->index ? 0 : rt_fail(RT_SYSTEM_ERROR, "not enough memory for the order of samples");
}

int rt_job_begin(struct rt_job *j, struct rt_config *c, const struct rt_code *code, const struct rt_data *training,
	const struct rt_data *validation)
{
	const struct rt_model *m = c->model;
	*j = (struct rt_job){.config = c, .model = m, .code = code, .training = training, .validation = validation};
	if (1 + m->n_metrics > RT_MEANS)
		return rt_fail(RT_INTERNAL_ERROR, "%d metrics; at most %d are possible", m->n_metrics, RT_MEANS - 1);
	long batch = least(c->batch_size, most(training->samples, validation ? validation->samples : 0));
	j->batch = batch = (batch + c->hosts.count - 1) / c->hosts.count;
	if (allocate_all(j, (size_t)batch, (size_t)c->threads) || rt_timings_open(&j->timings, c->ranks.rank ? NULL : c->timings))
		return -1;
	j->work.thread_count = c->threads;
	j->work.ranks = &c->ranks;
	if (c->hosts.count > 1) {
		j->hosts = j->work.hosts = &c->hosts;
		j->work.share = rt_hosts_share;
	}
	j->work.seed = c->seed;
	j->work.hyperparameters = c->numbers;
	j->state = (struct rt_state){.weights = j->work.weights, .states = j->work.states, .hyperparameters = c->numbers,
		.epochs = c->epochs, .batch_size = c->batch_size};
	return rt_initialize(m, c->seed, j->state.weights);
}

void rt_job_end_steps(struct rt_job *j)
{
	real **const buffers[] = {&j->work.gradients, &j->work.samples, &j->work.slots, &j->work.threads, &j->work.fixed};
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
		free(*buffers[i]);
		*buffers[i] = NULL;
	}
}

void rt_job_free(struct rt_job *j)
{
	struct rt_work *w = &j->work;
	real *const buffers[] = {w->weights, w->gradients, w->states, w->samples, w->slots, w->threads, w->fixed, w->loss, w->metrics};
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		free(buffers[i]);
	free(j->index);
	rt_timings_close(&j->timings);
}

/* ---- batches ---- */

static void take_data(struct rt_work *w, const struct rt_data *d, const uint32_t *index)
{
	w->bytes = d->bytes;
	w->floats = d->floats;
	w->labels = d->labels;
	w->index = index;
}

void rt_take_batch(struct rt_work *w, long first, long samples, long batch_size)
{
	w->first = first;
	w->n = w->total = (int)least(batch_size, samples - first);
}

/* The same, of which this host takes its part. */
static void take_part(struct rt_job *j, long first, long samples, long batch_size)
{
	rt_take_batch(&j->work, first, samples, batch_size);
	if (j->hosts)
		rt_hosts_take_part(j->hosts, &j->work);
}

static bool stops(const struct rt_job *j)
{
	return j->hosts ? j->hosts->stop : rt_stop_signal() != NULL;
}

static double learning_rate(const struct rt_model *m, const struct rt_state *s)
{
	double decay = rt_scalar(&m->optimizer.decay, s->hyperparameters);
	return rt_scalar(&m->optimizer.lr, s->hyperparameters) / (1 + decay * (double)s->iterations);
}

/* ---- what the log says ---- */

static void name_values(struct rt_progress *p, const struct rt_model *m)
{
	p->n_values = 1 + m->n_metrics;
	for (int i = 0; i < p->n_values; i++) {
		const char *name = i ? m->metrics[i - 1].name : "loss";
		snprintf(p->names[i], RT_NAME, "%s", name);
		snprintf(p->names[p->n_values + i], RT_NAME, "val_%s", name);
	}
}

void rt_progress_means(struct rt_progress *p, const struct rt_means *means, int first)
{
	for (int i = 0; i < means->n; i++)
		p->values[first + i] = rt_mean(means, i);
}

/* ---- epochs ---- */

static int train_step(struct rt_job *j, struct rt_means *means)
{
	struct rt_work *w = &j->work;
	struct rt_means batch;
	w->iterations = j->state.iterations;
	w->learning_rate = learning_rate(j->model, &j->state);
	j->code->gradients(w);
	rt_means_begin(&batch, j->model->n_metrics);
	rt_means_add(&batch, w);
	if (j->hosts && rt_hosts_add_step(j->hosts, j->model, w, &batch))
		return -1;
	if (!isfinite(batch.sums[0]))
		return rt_diverged(j->model, j->code, w, j->epoch, j->step);
	rt_means_merge(means, &batch);
	j->code->update(w);
	j->state.iterations++;
	w->step++;
	return 0;
}

static void shuffle(struct rt_job *j, long samples)
{
	const struct rt_shuffle order = rt_shuffle_of((uint32_t)samples, j->config->seed, (uint64_t)j->epoch);
	rt_shuffle(j->index, &order);
}

/* The last step's line is the epoch's, which waits for validation. */
static int train_epoch(struct rt_job *j, struct rt_progress *p)
{
	long samples = j->training->samples, batch = j->config->batch_size;
	struct rt_means means;
	rt_means_begin(&means, j->model->n_metrics);
	take_data(&j->work, j->training, j->index);
	if (j->index)
		shuffle(j, samples);
	j->step = 0;
	for (long first = 0; first < samples && !j->stopped; first += batch) {
		take_part(j, first, samples, batch);
		j->step++;
		if (train_step(j, &means))
			return -1;
		rt_progress_means(p, &means, 0);
		if (j->step == 1)
			rt_timings_mark(&j->timings, RT_STEPPED);
		if (first + j->work.total < samples)
			rt_progress_update(p, first + j->work.total);
		j->stopped = stops(j);
	}
	return rt_weights_check(j->model, &j->work, j->epoch, j->step);
}

static void evaluate(struct rt_job *j, struct rt_means *means)
{
	long samples = j->validation->samples, batch = j->config->batch_size;
	take_data(&j->work, j->validation, NULL);
	j->code->prepare(&j->work);
	for (long first = 0; first < samples && !rt_stop_signal(); first += batch) {
		take_part(j, first, samples, batch);
		j->code->evaluate(&j->work);
		rt_means_add(means, &j->work);
	}
}

/* Hosts compare their weights then, also where there is nothing to evaluate. */
static int validate(struct rt_job *j)
{
	struct rt_means means;
	rt_means_begin(&means, j->model->n_metrics);
	if (j->validation)
		evaluate(j, &means);
	if (j->hosts && rt_hosts_add_means(j->hosts, j, &means))
		return -1;
	j->stopped = stops(j);
	j->validation_means = means;
	return 0;
}

static int run_epoch(struct rt_job *j, struct rt_progress *p)
{
	const struct rt_device *device = j->code->device;
	rt_timings_mark(&j->timings, RT_BEGAN);
	int result = device ? device->epoch(j, p) : train_epoch(j, p);
	rt_timings_mark(&j->timings, RT_TRAINED);
	if (!result && !j->stopped)
		result = device ? device->validate(j) : validate(j);
	rt_timings_mark(&j->timings, RT_VALIDATED);
	return result;
}

static int run_epochs(struct rt_job *j)
{
	struct rt_progress p = {0};
	name_values(&p, j->model);
	int values = p.n_values;
	for (j->epoch = 1; !j->stopped; j->epoch++) {
		printf("Epoch %ld/%ld\n", j->epoch, j->config->epochs);
		p.n_values = values;
		rt_progress_begin(&p, j->training->samples);
		int result = run_epoch(j, &p);
		if (result || j->stopped) {
			rt_progress_abandon(&p);
			return result;
		}
		if (j->validation) {
			p.n_values = 2 * values;
			rt_progress_means(&p, &j->validation_means, values);
		}
		rt_progress_update(&p, j->training->samples);
		if (rt_timings_write(&j->timings, j->epoch, &p))
			return -1;
		if (j->epoch == j->config->epochs)
			break;
	}
	return 0;
}

int rt_train(struct rt_job *j)
{
	const struct rt_device *device = j->code->device;
	int result = device ? device->open(j->model, j->code, &j->work, j->batch) : 0;
	if (!result)
		result = run_epochs(j);
	if (device && !result)
		result = device->fetch(j);
	if (device)
		device->close(&j->work);
	return result;
}
