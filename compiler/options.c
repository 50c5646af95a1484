/* The command line: a row per verb, a row per option; parsing, --help and docs/cli.md are loops over the rows. */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "diag.h"
#include "options.h"

const struct verb verbs[VERBS] = {
	[VERB_BUILD] = {"build", "SPEC", "write the program to DIR and compile it: DIR/train, DIR/serve", 1, 1},
	[VERB_EMIT] = {"emit", "SPEC", "write the program only", 1, 1},
	[VERB_CHECK] = {"check", "SPEC...", "report every error and warning, write nothing", 1, INT_MAX},
	[VERB_SUMMARY] = {"summary", "SPEC", "layers, output shapes, parameters, FLOPs and memory per layer, totals", 1, 1},
	[VERB_SAGEMAKER] = {"sagemaker", "SPEC [NAME=VALUE...]",
		"hyperparameters, metrics and channels as JSON, for CreateAlgorithm and tuning jobs too", 1, INT_MAX},
	[VERB_SCHEMA] = {"schema", "", "JSON Schema of the spec language, for editors", 0, 0},
	[VERB_LAYERS] = {"layers", "[NAME]", "what a layer, loss, optimizer … takes, with defaults", 0, 1},
};

#define BIT(verb) (1u << VERB_##verb)
enum { WRITES = BIT(BUILD) | BIT(EMIT), COMPILES = WRITES | BIT(CHECK), EVERYWHERE = (1u << VERBS) - 1 };
enum form { FLAG, TEXT, NUMBER, HELP };

static const char *const target_names[] = {"cpu", "cuda", NULL},
	*const dumps[] = {"spec", "graph", "plan", "plan:match", "plan:fold", "plan:normalise", "plan:sums", "plan:keep", NULL},
	*const kernels[] = {"reference", NULL}, *const libraries[] = {"all", "none", NULL},
	*const blases[] = {"none", "openblas", NULL}, *const networks[] = {"none", "gloo", NULL};

static const struct option {
	char letter;                    /* 0: none */
	const char *name, *argument;    /* --name, NULL for a flag */
	enum form form;
	unsigned verbs;                 /* that take it */
	size_t offset;                  /* of a bool, const char * or long in struct options */
	const char *const *choices;     /* NULL: any text */
	bool hidden;
	const char *help;
} rows[] = {
	{'o', "output", "DIR", TEXT, WRITES, offsetof(struct options, output), NULL, false,
		"write the program to DIR (default: the model's name)"},
	{'t', "target", "TARGET", TEXT, COMPILES | BIT(SAGEMAKER), offsetof(struct options, target), target_names, false,
		"what the program runs on: cpu or cuda (default: cpu)"},
	{0, "cuda-libraries", "KIND", TEXT, COMPILES, offsetof(struct options, cuda_libraries), libraries, false,
		"none: without cuDNN and cublasLt, by trainc's own kernels only (default: all)"},
	{0, "blas", "KIND", TEXT, COMPILES, offsetof(struct options, blas), blases, false,
		"openblas: dense layers in float32 by OpenBLAS, not by trainc's own kernels (default: none)"},
	{0, "network", "KIND", TEXT, COMPILES | BIT(SAGEMAKER), offsetof(struct options, network), networks, false,
		"gloo: train can share a job among several machines (default: none)"},
	{0, "static", NULL, FLAG, BIT(BUILD), offsetof(struct options, is_static), NULL, false,
		"link every library into the program, for images; those for GPUs keep the C library and CUDA's, a train with a "
		"network the C library and Gloo's"},
	{0, "check", NULL, FLAG, BIT(EMIT), offsetof(struct options, check), NULL, false,
		"exit 1 with a diff if DIR is not what would be written now"},
	{0, "kernels", "KIND", TEXT, COMPILES, offsetof(struct options, kernels), kernels, false,
		"reference: the plainest kernel of every operation"},
	{0, "templates", "DIR", TEXT, WRITES, offsetof(struct options, templates), NULL, false,
		"read the templates from DIR instead of those built in"},
	{0, "dump", "STAGE", TEXT, COMPILES, offsetof(struct options, dump), dumps, false,
		"print what a stage made, too: spec, graph, plan, or plan:PASS with a pass of the plan (match, fold, normalise, sums, keep)"},
	{0, "batch", "N", NUMBER, BIT(SUMMARY), offsetof(struct options, batch), NULL, false,
		"memory for a batch of N samples (default: the spec's batch size)"},
	{0, "image", "URI", TEXT, BIT(SAGEMAKER), offsetof(struct options, image), NULL, false,
		"the container image to name in create_algorithm"},
	{0, "markdown", NULL, FLAG, BIT(LAYERS), offsetof(struct options, markdown), NULL, true, "as docs/layers.md"},
	{0, "examples", NULL, FLAG, BIT(LAYERS), offsetof(struct options, examples), NULL, true, "a smallest spec a row"},
	{'h', "help", NULL, HELP, EVERYWHERE, 0, NULL, false, "print this"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static const char exit_codes[] = "exit codes: 0 done, 1 the spec is wrong (or emit --check found a difference), "
	"2 the command line is wrong,\n            3 a file could not be read or written";

/* What is being parsed: the words left and where complaints go. */
struct words { struct options *o; char **argv; int argc, i; struct arena *arena; };

/* Says what is wrong with the command line, with the near one of n candidates if found is given. */
static int complain(struct words *w, const char *text, const char *found, const char *const *candidates, int n)
{
	static const struct source source = {.path = "trainc"};
	struct diag *d = diag_new(w->arena);

	diag_error(d, (struct at){.source = &source}, "%s", text);
	if (found)
		diag_suggest(d, found, candidates, n);
	else
		diag_hint(d, "trainc %s--help says what there is", w->o->verb ? arena_format(w->arena, "%s ", w->o->verb->name) : "");
	diag_print(d, stderr, false);
	return EXIT_COMMAND;
}

static bool takes(const struct options *o, const struct option *row)
{
	return row->verbs & 1u << o->id;
}

static int unknown_verb(struct words *w, const char *word)
{
	const char *names[VERBS];

	for (int i = 0; i < VERBS; i++)
		names[i] = verbs[i].name;
	return complain(w, arena_format(w->arena, "unknown verb '%s'", word), word, names, VERBS);
}

static int unknown_option(struct words *w, const char *word, size_t length)
{
	const char *names[ROWS], *found = arena_copy(w->arena, word, length);
	int n = 0;

	for (int i = 0; i < ROWS; i++)
		if (takes(w->o, &rows[i]) && !rows[i].hidden)
			names[n++] = arena_format(w->arena, "--%s", rows[i].name);
	return complain(w, arena_format(w->arena, "%s has no option '%s'", w->o->verb->name, found), found, names, n);
}

static int wrong_choice(struct words *w, const struct option *row, const char *argument)
{
	const char *list = row->choices[0];
	int n = 1;

	for (; row->choices[n]; n++)
		list = arena_format(w->arena, "%s%s%s", list, row->choices[n + 1] ? ", " : " or ", row->choices[n]);
	return complain(w, arena_format(w->arena, "--%s is %s, not '%s'", row->name, list, argument), argument, row->choices, n);
}

static bool is_choice(const struct option *row, const char *argument)
{
	for (const char *const *c = row->choices; c && *c; c++)
		if (strcmp(*c, argument) == 0)
			return true;
	return !row->choices;
}

static int set_number(struct words *w, const struct option *row, const char *argument)
{
	char *end;

	errno = 0;
	long number = strtol(argument, &end, 10);
	if (errno || end == argument || *end || number < 1 || number > INT_MAX)
		return complain(w, arena_format(w->arena, "--%s is a whole number from 1 to %d, not '%s'", row->name, INT_MAX,
			argument), NULL, NULL, 0);
	*(long *)((char *)w->o + row->offset) = number;
	return -1;
}

/* Stores the row's argument: what stood behind "=" or the letter (inline), else the next word. */
static int set(struct words *w, const struct option *row, const char *inline_argument)
{
	const char *argument = inline_argument;

	if (row->form == FLAG) {
		if (inline_argument)
			return complain(w, arena_format(w->arena, "--%s takes no argument", row->name), NULL, NULL, 0);
		*(bool *)((char *)w->o + row->offset) = true;
		return -1;
	}
	if (!argument && w->i < w->argc)
		argument = w->argv[w->i++];
	if (!argument || !*argument)
		return complain(w, arena_format(w->arena, "--%s needs its %s", row->name, row->argument), NULL, NULL, 0);
	if (!is_choice(row, argument))
		return wrong_choice(w, row, argument);
	if (row->form == NUMBER)
		return set_number(w, row, argument);
	*(const char **)((char *)w->o + row->offset) = argument;
	return -1;
}

/* Plain text, or Markdown's cells. */
static void print_options(const struct options *o, bool markdown)
{
	for (const struct option *row = rows; row < rows + ROWS; row++) {
		char letter[6] = "    ", name[32];

		if (!takes(o, row) || row->hidden)
			continue;
		if (row->letter)
			snprintf(letter, sizeof letter, "-%c, ", row->letter);
		snprintf(name, sizeof name, "--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
		if (markdown)
			printf("| `%s%s` | %s |\n", row->letter ? letter : "", name, row->help);
		else
			printf("  %s%-18s %s\n", letter, name, row->help);
	}
}

static int print_verb_help(const struct options *o)
{
	printf("usage: trainc %s [options]%s%s\n%s\n\n", o->verb->name, *o->verb->operands ? " " : "", o->verb->operands,
		o->verb->summary);
	print_options(o, false);
	printf("\n%s\n", exit_codes);
	return EXIT_DONE;
}

static void print_usage(FILE *out)
{
	fprintf(out, "usage: trainc VERB [options] [SPEC]\n"
		"trainc compiles a YAML network spec to a C program that trains it.\n\n");
	for (int i = 0; i < VERBS; i++)
		fprintf(out, "  %-9s %-21s %s\n", verbs[i].name, verbs[i].operands, verbs[i].summary);
	fprintf(out, "\ntrainc VERB --help lists the verb's options; trainc --version prints the version\n%s\n", exit_codes);
}

static int print_help(void)
{
	print_usage(stdout);
	return EXIT_DONE;
}

static int print_version(void)
{
	puts("trainc " TRAINC_VERSION);
	return EXIT_DONE;
}

/* docs/cli.md, byte for byte; a test compares them. */
static int print_markdown(void)
{
	struct options o = {0};

	puts("# The command line\n\nWritten by `trainc --markdown`; a test compares the two.\n\n```");
	print_usage(stdout);
	puts("```\nErrors and warnings go to stderr, as `FILE:LINE:COL: error: TEXT`. A run that fails leaves no half-written DIR.");
	for (o.verb = verbs; o.verb < verbs + VERBS; o.verb++) {
		o.id = (enum verb_id)(o.verb - verbs);
		printf("\n## trainc %s%s%s\n%s\n\n| option | |\n| --- | --- |\n", o.verb->name, *o.verb->operands ? " " : "",
			o.verb->operands, o.verb->summary);
		print_options(&o, true);
	}
	return EXIT_DONE;
}

static const struct { const char *word; int (*print)(void); } before_verb[] = {
	{"--help", print_help}, {"-h", print_help}, {"help", print_help}, {"--version", print_version},
	{"--markdown", print_markdown},
};

static const struct option *find_long(const struct options *o, const char *word, size_t length)
{
	for (const struct option *row = rows; row < rows + ROWS; row++)
		if (takes(o, row) && strlen(row->name) == length && strncmp(row->name, word, length) == 0)
			return row;
	return NULL;
}

static const struct option *find_letter(const struct options *o, char letter)
{
	for (const struct option *row = rows; row < rows + ROWS; row++)
		if (takes(o, row) && row->letter && row->letter == letter)
			return row;
	return NULL;
}

/* word starts with "-": --name, --name=argument, -x or -xargument. */
static int parse_option(struct words *w, const char *word)
{
	bool is_long = word[1] == '-';
	size_t length = strcspn(word, "=");
	const struct option *row = is_long ? find_long(w->o, word + 2, length - 2) : find_letter(w->o, word[1]);
	const char *argument = is_long ? (word[length] ? word + length + 1 : NULL) : (word[2] ? word + 2 : NULL);

	if (!row)
		return unknown_option(w, word, length);
	return row->form == HELP ? print_verb_help(w->o) : set(w, row, argument);
}

static int check_operands(struct words *w)
{
	const struct options *o = w->o;

	if (o->n < o->verb->min_operands)
		return complain(w, arena_format(w->arena, "%s needs a %s", o->verb->name, o->verb->operands), NULL, NULL, 0);
	if (o->n > o->verb->max_operands)
		return complain(w, arena_format(w->arena, "%s takes no '%s'", o->verb->name, o->specs[o->verb->max_operands]),
			NULL, NULL, 0);
	if (o->check && !o->output)
		return complain(w, "emit --check needs -o DIR, the directory to compare", NULL, NULL, 0);
	if (o->blas && strcmp(o->blas, "none") && strcmp(o->target, "cpu"))
		return complain(w, "--blas=openblas goes with -t cpu: programs for GPUs have --cuda-libraries", NULL, NULL, 0);
	if (o->network && strcmp(o->network, "none") && strcmp(o->target, "cpu"))
		return complain(w, "--network=gloo goes with -t cpu: programs for GPUs train on one machine", NULL, NULL, 0);
	return -1;
}

/* Everything after the verb: options and operands in any order; operands are moved to the front. */
static int parse_rest(struct words *w)
{
	bool only_operands = false;
	int result = -1;

	w->o->specs = (const char **)w->argv + w->i;
	while (w->i < w->argc && result == -1) {
		char *word = w->argv[w->i++];

		if (!only_operands && strcmp(word, "--") == 0)
			only_operands = true;
		else if (!only_operands && word[0] == '-' && word[1])
			result = parse_option(w, word);
		else
			w->o->specs[w->o->n++] = word;
	}
	return result == -1 ? check_operands(w) : result;
}

static int parse(struct words *w)
{
	const char *word = w->argc > 1 ? w->argv[1] : NULL;

	if (!word) {
		print_usage(stderr);
		return EXIT_COMMAND;
	}
	for (size_t i = 0; i < sizeof before_verb / sizeof *before_verb; i++)
		if (strcmp(before_verb[i].word, word) == 0)
			return before_verb[i].print();
	for (int i = 0; i < VERBS && !w->o->verb; i++)
		if (strcmp(verbs[i].name, word) == 0)
			w->o->verb = &verbs[w->o->id = (enum verb_id)i];
	return w->o->verb ? parse_rest(w) : unknown_verb(w, word);
}

int options_parse(struct options *o, int argc, char **argv)
{
	struct words w = {.o = o, .argv = argv, .argc = argc, .i = 2, .arena = arena_new()};

	*o = (struct options){.target = "cpu"};
	int result = parse(&w);
	o->name = o->verb && o->id == VERB_LAYERS && o->n ? o->specs[0] : NULL;
	o->kernels_reference = o->kernels != NULL;
	arena_free(w.arena);
	return result;
}
