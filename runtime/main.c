/* The train program: a job from its configuration to its models. */
#include "internal.h"
#include "team.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_FAILED = 255 };

/* ---- folders ---- */

static int make_folder(const struct rt_config *c, const char *name, char path[RT_PATH])
{
	if (rt_path(path, c->prefix, name) || rt_make_directory(path))
		return -1;
	return access(path, W_OK) ? rt_fail(RT_SYSTEM_ERROR, "cannot write to %s: %s", path, strerror(errno)) : 0;
}

/* Made first: hours of training are not to end at a folder that cannot be written. */
static int make_folders(const struct rt_config *c)
{
	static const char *const names[] = {"output", "output/data", "checkpoints", "model"};
	char path[RT_PATH];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (make_folder(c, names[i], path))
			return -1;
	if (rt_path(path, c->prefix, "output/failure"))
		return -1;
	return remove(path) && errno != ENOENT ? rt_fail(RT_SYSTEM_ERROR, "cannot remove %s, where the reason of a failure goes: %s",
		path, strerror(errno)) : 0;             /* an earlier job's */
}

/* Writes the models as they will be written, of weights that are all zeros. */
static int try_models(const struct rt_config *c)
{
	const struct rt_model *m = c->model;
	struct rt_state s = {.weights = rt_reals(m->weights, "the weights"),
		.states = rt_reals(m->trainable * (size_t)m->optimizer.states, "the optimizer"), .hyperparameters = c->numbers,
		.epochs = c->epochs, .batch_size = c->batch_size};
	char path[RT_PATH];
	int result = !s.weights || !s.states || rt_path(path, c->prefix, "model") ? -1 : rt_export_try(m, &s, path);
	free(s.weights);
	free(s.states);
	return result;
}

/* ---- data ---- */

struct reading { const struct rt_config *config; struct rt_data *data; int result; };

static void *read_second(void *argument)
{
	struct reading *r = argument;
	rt_fail_rank(1);
	r->result = rt_data_read(r->data, r->config, RT_VALIDATION);
	return NULL;
}

/* Both channels at once where the system gives a thread for it: gunzipping is most of the work. */
static int read_channels(const struct rt_config *c, struct rt_data data[RT_ROLES])
{
	struct reading second = {c, &data[RT_VALIDATION], 0};
	pthread_t thread;
	if (!c->channels[RT_VALIDATION])
		return rt_data_read(&data[RT_TRAINING], c, RT_TRAINING);
	const bool at_once = pthread_create(&thread, NULL, read_second, &second) == 0;
	int result = rt_data_read(&data[RT_TRAINING], c, RT_TRAINING);
	if (at_once)
		pthread_join(thread, NULL);
	else if (!result)
		second.result = rt_data_read(&data[RT_VALIDATION], c, RT_VALIDATION);
	return result || second.result ? -1 : 0;
}

static void tell_data(const struct rt_model *m, const struct rt_data data[RT_ROLES])
{
	const long training = data[RT_TRAINING].samples, validation = data[RT_VALIDATION].samples;
	for (int i = 0; i < RT_ROLES; i++)
		if (data[i].lines.bytes)
			fputs(data[i].lines.bytes, stdout);
	printf("Files loaded\nx_train shape: (%ld", training);
	for (int i = 0; i < m->input_rank; i++)
		printf(", %d", m->input[i]);
	printf(")\n%ld train samples\n", training);
	if (validation)
		printf("%ld test samples\nTrain on %ld samples, validate on %ld samples\n", validation, training, validation);
	else
		printf("There is no validation: %s names no channel for it\nTrain on %ld samples\n", m->file, training);
}

static void tell_weights(const struct rt_model *m, const char *file)
{
	const char *separator = "Layers that have them: ";
	if (!file[0])
		return;
	printf("Loaded initial weights from %s\n", file);
	for (int i = 0; i < m->n_parameters; i++) {
		if (i && m->parameters[i].layer == m->parameters[i - 1].layer)
			continue;
		printf("%s%s", separator, m->layers[m->parameters[i].layer].name);
		separator = ", ";
	}
	printf("\n");
}

/* ---- the job ---- */

static void tell_means(const struct rt_model *m, const struct rt_means *means)
{
	for (int i = 0; i < means->n; i++) {
		char number[RT_DOUBLE];
		const char *name = i ? m->metrics[i - 1].name : "loss";
		rt_repr_double(number, rt_mean(means, i));
		printf("Test %s: %s\n", strcmp(name, "acc") == 0 ? "accuracy" : name, number);
	}
}

static int finish(struct rt_job *j)
{
	char path[RT_PATH];
	if (j->config->ranks.rank || j->config->hosts.rank)
		return 0;
	if (!j->stopped && j->validation)
		tell_means(j->model, &j->validation_means);
	if (rt_path(path, j->config->prefix, "model") || rt_export_all(j->model, &j->state, path))
		return -1;
	if (j->stopped)
		printf("Stopped by %s after step %ld of epoch %ld; models saved\n",
			rt_stop_signal() ? rt_stop_signal() : "a signal to another host", j->step, j->epoch);
	if (rt_hung_up())
		return rt_fail(RT_SYSTEM_ERROR, "the terminal or session of this job closed (SIGHUP) in epoch %ld of %ld; the models so far "
			"are saved; start jobs that are to go on with nohup", j->epoch, j->config->epochs);
	return 0;
}

/* All that comes before the first step. */
static int prepare(struct rt_job *j, struct rt_config *c, struct rt_data data[RT_ROLES], char weights[RT_PATH])
{
	char path[RT_PATH];
	const struct rt_code *code = rt_code_choose(c->model, c->isa);
	if (!code || (!c->ranks.rank && !c->hosts.rank && try_models(c)) || read_channels(c, data))
		return -1;
	c->threads = rt_team_start(c->threads);
	const struct rt_data *validation = c->channels[RT_VALIDATION] ? &data[RT_VALIDATION] : NULL;
	return rt_job_begin(j, c, code, &data[RT_TRAINING], validation) || rt_path(path, c->prefix, "input/data/model") ||
		rt_weights_read(&j->state, c->model, path, weights) ? -1 : 0;
}

static int train_process(struct rt_config *c)
{
	struct rt_data data[RT_ROLES] = {{0}};
	struct rt_job j = {0};
	char weights[RT_PATH] = "";
	int result = prepare(&j, c, data, weights);
	if (c->hosts.count > 1)
		result = rt_hosts_agree(&c->hosts, &j, result);
	if (!result) {
		tell_data(c->model, data);
		tell_weights(c->model, weights);
		result = rt_train(&j);
		rt_job_end_steps(&j);
	}
	if (!result)
		result = finish(&j);
	rt_job_free(&j);
	rt_team_stop();
	for (int i = 0; i < RT_ROLES; i++)
		rt_data_free(&data[i]);
	return result;
}

static int train_host(struct rt_config *c)
{
	int result = rt_hosts_join(&c->hosts, c->model, c->prefix);
	if (!result)
		result = train_process(c);
	rt_hosts_leave(&c->hosts, !result);
	return result;
}

static int train(struct rt_config *c)
{
	if (make_folders(c))
		return -1;
	if (c->hosts.count > 1)
		return train_host(c);
	return c->gpus > 1 ? rt_ranks_run(c, (int)c->gpus, train_process) : train_process(c);
}

static int configure_and_train(const struct rt_model *m, const struct rt_network *network, const struct rt_options *o)
{
	struct rt_config c;
	rt_signals_start();
	int result = rt_config_read(&c, m, network, o);
	if (c.hyper_line)
		puts(c.hyper_line);
	if (c.input_line)
		puts(c.input_line);
	if (c.channel_lines)
		fputs(c.channel_lines, stdout);
	if (!result)
		result = train(&c);
	rt_config_free(&c);
	return result;
}

/* ---- the program ---- */

int rt_main(const struct rt_model *m, const struct rt_network *network, int argc, char **argv)
{
	struct rt_options o;
	setvbuf(stdout, NULL, _IOLBF, 0);       /* CloudWatch shows lines as they come */
	int result = rt_options_read(&o, RT_PROGRAM_TRAIN, argc, argv);
	if (!result)
		result = o.action == RT_RUN ? configure_and_train(m, network, &o) : rt_options_print(&o, m);
	if (result)
		rt_failure_report(o.prefix);
	rt_options_free(&o);
	return result ? EXIT_FAILED : 0;
}
