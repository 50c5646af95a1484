/* The command line of a generated program. */
#include "internal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRAIN = 1 << RT_PROGRAM_TRAIN, SERVE = 1 << RT_PROGRAM_SERVE, BOTH = TRAIN | SERVE };

struct option_row {
	unsigned programs;
	const char *name, *argument, *help;
	int (*set)(struct rt_options *o, const char *value);
};

static int set_prefix(struct rt_options *o, const char *value)
{
	if (!value[0])
		return rt_fail(RT_USER_ERROR, "--prefix wants a folder");
	o->prefix = value;
	return 0;
}

static int set_setting(struct rt_options *o, const char *value)
{
	const char *equals = strchr(value, '=');
	if (!equals || equals == value)
		return rt_fail(RT_USER_ERROR, "--set wants NAME=VALUE, got '%s'", rt_show(value, SIZE_MAX).text);
	o->settings[o->n_settings++] = (struct rt_setting){value, equals + 1};
	return 0;
}

int rt_whole_number(const char *what, const char *value, uint64_t most, uint64_t *number)
{
	char *end;
	errno = 0;
	*number = strtoull(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || *number > most)
		return rt_fail(RT_USER_ERROR, "%s wants a whole number up to %llu, got '%s'", what,
			(unsigned long long)most, value);
	return 0;
}

static int set_threads(struct rt_options *o, const char *value)
{
	uint64_t threads;
	if (rt_whole_number("--threads", value, 4096, &threads))
		return -1;
	if (threads == 0)
		return rt_fail(RT_USER_ERROR, "--threads wants at least 1");
	o->threads = (int)threads;
	return 0;
}

static int set_seed(struct rt_options *o, const char *value)
{
	o->has_seed = true;
	return rt_whole_number("--seed", value, UINT64_MAX, &o->seed);
}

static int set_port(struct rt_options *o, const char *value)
{
	uint64_t port;
	if (rt_whole_number("--port", value, 65535, &port))
		return -1;
	o->port = (int)port;
	return port ? 0 : rt_fail(RT_USER_ERROR, "--port wants at least 1");
}

static int set_timeout(struct rt_options *o, const char *value)
{
	uint64_t timeout;
	if (rt_whole_number("--timeout", value, 86400, &timeout))
		return -1;
	o->timeout = (int)timeout;
	return timeout ? 0 : rt_fail(RT_USER_ERROR, "--timeout wants at least 1");
}

static int set_isa(struct rt_options *o, const char *value)
{
	o->isa = value;
	return 0;
}

static int set_timings(struct rt_options *o, const char *value)
{
	o->timings = value;
	return 0;
}

static int set_describe(struct rt_options *o, const char *value)
{
	(void)value;
	o->action = RT_DESCRIBE;
	return 0;
}

static int set_version(struct rt_options *o, const char *value)
{
	(void)value;
	o->action = RT_VERSION;
	return 0;
}

static int set_help(struct rt_options *o, const char *value)
{
	(void)value;
	o->action = RT_HELP;
	return 0;
}

static const struct option_row rows[] = {
	{BOTH, "prefix", "DIR", "SageMaker's folder (default: /opt/ml; environment: TRAINC_PREFIX)", set_prefix},
	{TRAIN, "set", "NAME=VALUE", "set a hyperparameter, whatever hyperparameters.json says", set_setting},
	{TRAIN, "port", "N", "port at which the first of several hosts waits for the others (default: 7777)", set_port},
	{TRAIN, "timeout", "SECONDS", "longest wait for another host (default: 300)", set_timeout},
	{SERVE, "port", "N", "port to listen on (default: 8080; environment: SAGEMAKER_BIND_TO_PORT)", set_port},
	{SERVE, "timeout", "SECONDS", "longest that a request may take to arrive (default: 60)", set_timeout},
	{BOTH, "threads", "N", "threads to use (default: the CPUs that this process may use)", set_threads},
	{TRAIN, "seed", "N", "seed of the random numbers (default: the spec's)", set_seed},
	{BOTH, "isa", "NAME", "instruction set to use (default: the fastest this CPU has)", set_isa},
	{TRAIN, "timings", "FILE", "write when each epoch's parts were over, a line of JSON an epoch", set_timings},
	{BOTH, "describe", NULL, "print the model's layers and parameters", set_describe},
	{BOTH, "version", NULL, "print the model's name and the compiler's version", set_version},
	{BOTH, "help", NULL, "print this", set_help},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static bool takes(const struct rt_options *o, const struct option_row *row)
{
	return row->programs & 1u << o->program;
}

static const struct option_row *find(const struct rt_options *o, const char *name, size_t size)
{
	for (int i = 0; i < ROWS; i++)
		if (takes(o, &rows[i]) && strlen(rows[i].name) == size && memcmp(rows[i].name, name, size) == 0)
			return &rows[i];
	return NULL;
}

/* One "--name", "--name value" or "--name=value" at argv[*at]. */
static int read_option(struct rt_options *o, char **argv, int *at)
{
	const char *name = argv[*at] + 2, *equals = strchr(name, '=');
	size_t size = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_row *row = find(o, name, size);
	if (!row)
		return rt_fail(RT_USER_ERROR, "unknown option '--%s'; --help lists them", rt_show(name, size).text);
	if (!row->argument && equals)
		return rt_fail(RT_USER_ERROR, "--%s takes no value", row->name);
	const char *value = equals ? equals + 1 : NULL;
	if (row->argument && !equals) {
		value = argv[*at + 1];
		if (!value)
			return rt_fail(RT_USER_ERROR, "--%s wants %s behind it", row->name, row->argument);
		++*at;
	}
	return row->set(o, value);
}

static const char *default_prefix(void)
{
	static const char *const variables[] = {"TRAINC_PREFIX", "SAGEMAKER_BASE_DIR"};
	for (int i = 0; i < 2; i++) {
		const char *value = getenv(variables[i]);
		if (value && value[0])
			return value;
	}
	return "/opt/ml";
}

static const char *const program_names[] = {[RT_PROGRAM_TRAIN] = "train", [RT_PROGRAM_SERVE] = "serve"};

/* SageMaker starts IMAGE train: where the program is the image's entry point it gets the word. */
static int read_word(const struct rt_options *o, const char *word)
{
	if (strcmp(word, program_names[o->program]) == 0)
		return 0;
	return rt_fail(RT_USER_ERROR, "unexpected argument '%s'; --help lists what there is", rt_show(word, SIZE_MAX).text);
}

int rt_options_read(struct rt_options *o, enum rt_program program, int argc, char **argv)
{
	*o = (struct rt_options){.program = program, .prefix = default_prefix(),
		.settings = calloc((size_t)argc + 1, sizeof *o->settings)};
	if (!o->settings)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the command line");
	for (int at = 1; at < argc; at++) {
		if (strcmp(argv[at], "-h") == 0)
			o->action = RT_HELP;
		else if (strncmp(argv[at], "--", 2) == 0 ? read_option(o, argv, &at) : read_word(o, argv[at]))
			return -1;
	}
	return 0;
}

void rt_options_free(struct rt_options *o)
{
	free(o->settings);
	o->settings = NULL;
}

static void help_hyperparameter(const struct rt_hyperparameter *h)
{
	static const char *const kinds[] = {[RT_INT] = "int", [RT_FLOAT] = "float", [RT_BOOL] = "bool", [RT_STRING] = "string"};
	char min[RT_DOUBLE] = "", max[RT_DOUBLE] = "";
	if (h->has_min)
		rt_hyperparameter_print(h, h->min, min);
	if (h->has_max)
		rt_hyperparameter_print(h, h->max, max);
	printf("  %-18s %s, default %s", h->name, kinds[h->kind], h->fallback[0] ? h->fallback : "''");
	if (h->has_min || h->has_max)
		printf("%s%s%s%s", h->has_min ? ", at least " : "", min, h->has_max ? ", at most " : "", max);
	for (const char *const *alias = h->aliases; alias && *alias; alias++)
		printf("%s%s", alias == h->aliases ? "; also " : ", ", *alias);
	putchar('\n');
}

static const char *const purposes[] = {
	[RT_PROGRAM_TRAIN] = "Trains %s (from %s) on the data below /opt/ml, as SageMaker lays it out, and\n"
		"leaves the models in /opt/ml/model.\n\n",
	[RT_PROGRAM_SERVE] = "Answers requests for predictions of %s (from %s) over HTTP, with the weights in the\n"
		"Keras file in /opt/ml/model: GET /ping, POST /invocations, GET /execution-parameters.\n\n",
};

static const char *const ends[] = {
	[RT_PROGRAM_TRAIN] = "\nExits with 0 when done or stopped by SIGTERM or SIGINT, "
		"else with 255 and the reason in output/failure.\n",
	[RT_PROGRAM_SERVE] = "\nSIGTERM or SIGINT: answers what has begun and exits with 0. Exits with 255 when it cannot start.\n",
};

static void print_help(const struct rt_options *o, const struct rt_model *m)
{
	printf("Usage: %s [OPTION]...\n", program_names[o->program]);
	printf(purposes[o->program], m->name, m->file);
	for (int i = 0; i < ROWS; i++) {
		char left[40];
		if (!takes(o, &rows[i]))
			continue;
		snprintf(left, sizeof left, "--%s %s", rows[i].name, rows[i].argument ? rows[i].argument : "");
		printf("  %-18s %s\n", left, rows[i].help);
	}
	if (o->program == RT_PROGRAM_TRAIN && m->n_hyperparameters > 0)
		printf("\nHyperparameters (input/config/hyperparameters.json, --set):\n");
	for (int i = 0; o->program == RT_PROGRAM_TRAIN && i < m->n_hyperparameters; i++)
		help_hyperparameter(&m->hyperparameters[i]);
	fputs(ends[o->program], stdout);
}

int rt_options_print(const struct rt_options *o, const struct rt_model *m)
{
	if (o->action == RT_HELP)
		print_help(o, m);
	else if (o->action == RT_DESCRIBE)
		rt_describe(m);
	else
		printf("%s (trainc %s)\n", m->name, m->compiler);
	return fflush(stdout) || ferror(stdout) ? rt_fail(RT_SYSTEM_ERROR, "cannot write to stdout: %s", strerror(errno)) : 0;
}
