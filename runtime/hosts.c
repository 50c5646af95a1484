/* A job on several machines. Each takes its part of every batch; gradients, losses and what batch normalization sums are
 * added up over all, so that the weights stay the same everywhere. The first host tells the log and writes the models. */
#include "internal.h"
#include "meet.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(real) == sizeof(float), "hosts add up floats");

/* ---- digests: FNV-1a ---- */

static const uint64_t no_digest = 0xcbf29ce484222325;

static uint64_t digest(uint64_t sum, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3;
	return sum;
}

static uint64_t digest_text(uint64_t sum, const char *text)
{
	return digest(sum, text, strlen(text) + 1);
}

static uint64_t digest_weights(const struct rt_job *j)
{
	const struct rt_state *s = &j->state;
	return digest(digest(no_digest, s->weights, sizeof(real) * j->model->weights), &s->iterations, sizeof s->iterations);
}

/* ---- failures ---- */

/* The host whose address the network's reason names, or NULL. */
static const char *named_in(const struct rt_hosts *h, const char *reason)
{
	const char *found = NULL;
	for (int i = 0; i < h->count; i++) {
		char address[RT_ADDRESS + 2];
		snprintf(address, sizeof address, "[%s]", h->addresses[i]);
		if (i == h->rank || !strstr(reason, address))
			continue;
		if (found)
			return NULL;
		found = h->names[i];
	}
	return found ? found : h->count == 2 ? h->names[!h->rank] : NULL;
}

/* After the first failure all hosts' sums are worthless: none is waited for again. */
static int fail(struct rt_hosts *h, const char *reason)
{
	const char *name = named_in(h, reason);
	h->failed = true;
	return rt_fail(RT_SYSTEM_ERROR, "lost %s%s: %s; its log tells why", name ? "host " : "another host of the job",
		name ? name : "", reason);
}

/* ---- joining ---- */

static int exchange(void *context, const void *own, size_t size, void *all)
{
	return rt_meeting_exchange(context, own, size, all);
}

static int connect_all(struct rt_hosts *h, struct rt_meeting *m)
{
	char reason[RT_NETWORK_REASON] = "";
	h->addresses = calloc((size_t)h->count, sizeof *h->addresses);
	if (!h->addresses)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for %d hosts", h->count);
	if (rt_meeting_open(m, h) || rt_meeting_exchange(m, m->address, sizeof m->address, h->addresses))
		return -1;
	const struct rt_network_place place = {.rank = h->rank, .count = h->count, .address = m->address, .timeout = h->timeout,
		.exchange = exchange, .context = m};
	h->link = h->network->open(&place, reason);
	return h->link ? 0 : rt_fail(RT_SYSTEM_ERROR, "the job's hosts cannot connect: %s", reason);
}

int rt_hosts_join(struct rt_hosts *h, const struct rt_model *m, const char *prefix)
{
	h->meeting = calloc(1, sizeof *h->meeting);
	if (!h->meeting)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for %d hosts", h->count);
	h->job = digest_text(digest_text(no_digest, m->spec), m->compiler);
	printf("Host %d of %d (%s): waiting for the others\n", h->rank + 1, h->count, h->names[h->rank]);
	return connect_all(h, h->meeting) || rt_meeting_watch(h->meeting, prefix) ? -1 : 0;
}

void rt_hosts_leave(struct rt_hosts *h, bool well)
{
	if (h->meeting)
		rt_meeting_close(h->meeting, well);
	free(h->meeting);
	h->meeting = NULL;
	if (h->link)
		h->network->close(h->link);
	free(h->addresses);
	h->link = NULL;
	h->addresses = NULL;
}

/* ---- sums ---- */

static int sum_reals(struct rt_hosts *h, real *numbers, size_t count)
{
	char reason[RT_NETWORK_REASON];
	if (h->failed || h->network->sum(h->link, numbers, count, reason))
		return h->failed ? -1 : fail(h, reason);
	return 0;
}

void rt_hosts_share(struct rt_work *w, real *sums, size_t count)
{
	sum_reals(w->hosts, sums, count);       /* a failure is told at the step's end */
}

void rt_hosts_take_part(const struct rt_hosts *h, struct rt_work *w)
{
	const int begin = (int)((long)w->total * h->rank / h->count), end = (int)((long)w->total * (h->rank + 1) / h->count);
	w->first += begin;
	w->batch_offset = begin;
	w->n = end - begin;
}

/* The gradients and behind them sums and who wants to stop: one message. */
int rt_hosts_add_step(struct rt_hosts *h, const struct rt_model *m, struct rt_work *w, struct rt_means *batch)
{
	const int n = batch->n;
	real *tail = w->gradients + m->trainable;
	for (int i = 0; i < n; i++)
		tail[i] = (real)batch->sums[i];
	tail[n] = rt_stop_signal() != NULL;
	if (sum_reals(h, w->gradients, m->trainable + (size_t)n + 1))
		return -1;
	for (int i = 0; i < n; i++)
		batch->sums[i] = (double)tail[i];
	batch->samples = w->total;
	h->stop = tail[n] > 0;
	return 0;
}

/* ---- agreeing ---- */

/* What a host begins with. */
struct statement {
	char reason[RT_REASON];             /* why it cannot begin, or "" */
	long training, validation;          /* samples */
	uint64_t hyperparameters, weights;  /* digests */
	int code;                           /* index in model->codes */
	char isa[32];
};

static int index_of(const struct rt_code *code, const struct rt_model *m)
{
	int i = 0;
	while (m->codes[i] && m->codes[i] != code)
		i++;
	return i;
}

static void state(struct statement *s, const struct rt_job *j, int result)
{
	const struct rt_config *c = j->config;
	memset(s, 0, sizeof *s);
	if (result) {
		snprintf(s->reason, sizeof s->reason, "%s", rt_failure());
		return;
	}
	s->training = j->training->samples;
	s->validation = j->validation ? j->validation->samples : 0;
	s->hyperparameters = digest(digest(no_digest, &c->seed, sizeof c->seed), c->numbers,
		sizeof *c->numbers * (size_t)c->model->n_hyperparameters);
	s->weights = digest_weights(j);
	s->code = index_of(j->code, c->model);
	snprintf(s->isa, sizeof s->isa, "%s", j->code->isa);
}

static int compare(const struct rt_hosts *h, const struct statement *all)
{
	const struct statement *first = &all[0];
	for (int i = 0; i < h->count; i++)
		if (all[i].reason[0])
			return rt_fail_as(all[i].reason, " (host %s)", h->names[i]);
	for (int i = 1; i < h->count; i++) {
		const struct statement *s = &all[i];
		if (s->training != first->training || s->validation != first->validation)
			return rt_fail(RT_USER_ERROR, "host %s has %ld training and %ld validation samples, host %s %ld and %ld: every host "
				"needs all of the data; give the channels the distribution type FullyReplicated", h->names[i], s->training,
				s->validation, h->names[0], first->training, first->validation);
		if (s->hyperparameters != first->hyperparameters)
			return rt_fail(RT_USER_ERROR, "host %s was given other hyperparameters than host %s", h->names[i], h->names[0]);
		if (s->weights != first->weights)
			return rt_fail(RT_USER_ERROR, "host %s begins with other weights than host %s: every host needs the same model "
				"channel", h->names[i], h->names[0]);
	}
	return 0;
}

/* Steps of different instruction sets round differently, and weights would drift apart: the slowest host's serves all. */
static int choose_code(struct rt_job *j, const struct rt_hosts *h, const struct statement *all)
{
	int slowest = 0;
	for (int i = 0; i < h->count; i++)
		slowest = all[i].code > all[slowest].code ? i : slowest;
	const struct rt_code *code = j->model->codes[all[slowest].code];
	if (!code || strcmp(code->isa, all[slowest].isa))
		return rt_fail(RT_USER_ERROR, "host %s runs on another processor (%s) than host %s (%s): all hosts need the same kind",
			h->names[slowest], all[slowest].isa, h->names[h->rank], j->code->isa);
	j->code = code;
	return 0;
}

/* Asks all hosts for own, size bytes; what they say, in order of ranks, which the caller frees. NULL after rt_fail. */
static void *gather(struct rt_hosts *h, const void *own, size_t size)
{
	char reason[RT_NETWORK_REASON];
	void *all = calloc((size_t)h->count, size);
	if (!all)
		rt_fail(RT_SYSTEM_ERROR, "not enough memory for %d hosts", h->count);
	else if (!h->failed && !h->network->gather(h->link, own, size, all, reason))
		return all;
	else if (!h->failed)
		fail(h, reason);
	free(all);
	return NULL;
}

/* The first host's log is the job's. */
static void be_quiet(const struct rt_hosts *h)
{
	if (!h->rank)
		return;
	printf("Training with the other hosts; the log of %s tells how it goes, and the models are there\n", h->names[0]);
	fflush(stdout);
	int nowhere = open("/dev/null", O_WRONLY);
	if (nowhere >= 0)
		dup2(nowhere, STDOUT_FILENO);
}

int rt_hosts_agree(struct rt_hosts *h, struct rt_job *j, int result)
{
	struct statement own, *all;
	state(&own, j, result);
	all = gather(h, &own, sizeof own);
	result = !all || compare(h, all) || choose_code(j, h, all) ? -1 : 0;
	free(all);
	if (!result)
		be_quiet(h);
	return result;
}

/* ---- an epoch's end ---- */

/* What a host has to say behind a validation. */
struct report { struct rt_means means; uint64_t weights; int stop; };

/* All have made the same updates: different weights are a fault of a machine or of this program. */
static int add_reports(struct rt_hosts *h, struct rt_means *means, const struct report *all)
{
	rt_means_begin(means, means->n - 1);
	h->stop = false;
	for (int i = 0; i < h->count; i++) {
		if (all[i].weights != all[0].weights)
			return rt_fail(RT_INTERNAL_ERROR, "the weights of host %s are no longer those of host %s", h->names[i], h->names[0]);
		rt_means_merge(means, &all[i].means);
		h->stop |= all[i].stop;
	}
	return 0;
}

int rt_hosts_add_means(struct rt_hosts *h, const struct rt_job *j, struct rt_means *means)
{
	struct report own, *all;
	memset(&own, 0, sizeof own);
	own.means = *means;
	own.weights = digest_weights(j);
	own.stop = rt_stop_signal() != NULL;
	all = gather(h, &own, sizeof own);
	int result = all ? add_reports(h, means, all) : -1;
	free(all);
	return result;
}
