/* trainc: reads a network spec, writes a training program. Each verb is one function. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "build.h"
#include "describe.h"
#include "dump.h"
#include "emit.h"
#include "options.h"
#include "sagemaker.h"
#include "summary.h"

struct compile { struct arena *arena; struct diag *diag; const struct options *options; };

/* The front half: a spec's file as a graph. EXIT_DONE and *graph, or the exit code. */
static int read_spec(struct compile *c, const char *path, const struct graph **graph)
{
	const struct yaml *yaml = NULL;
	enum yaml_status status = yaml_read(c->arena, path, c->diag, &yaml);
	if (status == YAML_UNREADABLE) {
		fprintf(stderr, "trainc: cannot read %s: %s\n", path, strerror(errno));
		return EXIT_FILE;
	}
	const struct spec *spec = status == YAML_OK ? spec_check(c->arena, yaml, c->diag) : NULL;
	*graph = spec ? graph_build(c->arena, spec, c->diag) : NULL;
	if (*graph && !target_takes(target_find(c->options->target), *graph, c->diag))
		*graph = NULL;
	diag_print(c->diag, stderr, isatty(STDERR_FILENO));
	if (!*graph || diag_errors(c->diag))
		return EXIT_SPEC;
	if (c->options->dump && !strcmp(c->options->dump, "spec"))
		dump_spec(stdout, spec);
	if (c->options->dump && !strcmp(c->options->dump, "graph"))
		dump_graph(stdout, *graph);
	return EXIT_DONE;
}

static bool several_hosts(const struct options *o)
{
	return o->network && !strcmp(o->network, "gloo");
}

/* What kernels may need; AMX has a plan of its own. */
static unsigned allowed_needs(const struct options *o)
{
	const bool libraries = !o->cuda_libraries || strcmp(o->cuda_libraries, "none");
	const bool openblas = o->blas && !strcmp(o->blas, "openblas");
	return (libraries ? NEEDS_NVIDIA_LIBRARIES : 0) | (openblas ? NEEDS_OPENBLAS : 0);
}

static const struct plan *plan_of(struct compile *c, const struct graph *graph)
{
	struct plan_options o = {.target = target_find(c->options->target), .reference = c->options->kernels_reference,
		.allowed = allowed_needs(c->options), .several_hosts = several_hosts(c->options)};
	const struct plan *plan = plan_make(c->arena, graph, &o);
	const char *dump = c->options->dump;
	if (dump && !strncmp(dump, "plan", 4))
		plan_dump(stdout, plan, dump[4] == ':' ? dump + 5 : NULL);
	return plan;
}

static int emit_spec(struct compile *c, const char *path, const char **directory)
{
	const struct templates templates = {c->options->templates};
	const struct graph *graph = NULL;
	int code = read_spec(c, path, &graph);
	if (code)
		return code;
	const struct plan *plan = plan_of(c, graph);
	struct view view = view_of_plan(c->arena, plan, &templates);
	const struct program program = {plan->target, &view, &templates, graph->spec->source};
	*directory = c->options->output ? c->options->output : graph->spec->name;
	if (c->options->check) {
		int different = emit_compare(c->arena, &program, *directory);
		return different < 0 ? EXIT_FILE : different ? EXIT_SPEC : EXIT_DONE;
	}
	return emit_program(c->arena, &program, *directory) ? EXIT_DONE : EXIT_FILE;
}

static int verb_emit(struct compile *c)
{
	const char *directory;
	return emit_spec(c, c->options->specs[0], &directory);
}

static int verb_build(struct compile *c)
{
	const char *directory;
	int code = emit_spec(c, c->options->specs[0], &directory);
	if (code)
		return code;
	return build_program(c->arena, directory, c->options->is_static) ? EXIT_DONE : EXIT_FILE;
}

static int verb_check(struct compile *c)
{
	int worst = EXIT_DONE;
	for (int i = 0; i < c->options->n; i++) {
		const struct graph *graph;
		c->diag = diag_new(c->arena);
		int code = read_spec(c, c->options->specs[i], &graph);
		if (!code && c->options->dump)
			plan_of(c, graph);
		worst = code > worst ? code : worst;
	}
	return worst;
}

static int verb_summary(struct compile *c)
{
	const struct graph *graph = NULL;
	int code = read_spec(c, c->options->specs[0], &graph);
	if (code)
		return code;
	long batch = c->options->batch ? c->options->batch : (long)graph->spec->batch_size.number;
	summary_print(stdout, graph, batch);
	plan_summary(stdout, c->arena, plan_of(c, graph), batch);
	return EXIT_DONE;
}

static int verb_sagemaker(struct compile *c)
{
	const struct options *o = c->options;
	const struct graph *graph = NULL;
	int code = read_spec(c, o->specs[0], &graph);
	if (code)
		return code;
	const struct image image = {target_find(o->target), several_hosts(o), o->image};
	return sagemaker_print(stdout, c->arena, &image, graph->spec, o->specs + 1, o->n - 1) ? EXIT_DONE : EXIT_COMMAND;
}

static int verb_schema(struct compile *c)
{
	(void)c;
	return describe_schema(stdout);
}

static int verb_layers(struct compile *c)
{
	if (c->options->markdown)
		return describe_markdown(stdout);
	if (c->options->examples)
		return describe_examples(stdout);
	return describe_layers(stdout, c->options->name);
}

static int (*const run[VERBS])(struct compile *c) = {
	[VERB_BUILD] = verb_build, [VERB_EMIT] = verb_emit, [VERB_CHECK] = verb_check, [VERB_SUMMARY] = verb_summary,
	[VERB_SAGEMAKER] = verb_sagemaker, [VERB_SCHEMA] = verb_schema, [VERB_LAYERS] = verb_layers,
};

int main(int argc, char **argv)
{
	struct options options;
	int code = options_parse(&options, argc, argv);
	if (code >= 0)
		return code;
	struct arena *arena = arena_new();
	struct compile c = {arena, diag_new(arena), &options};
	code = run[options.id](&c);
	arena_free(arena);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "trainc: cannot write to standard output: %s\n", strerror(errno));
		return EXIT_FILE;
	}
	return code;
}
