/* The command line. One table of verbs and one of options: they parse it, print --help and write docs/cli.md. */
#ifndef TRAINC_OPTIONS_H
#define TRAINC_OPTIONS_H
#include <stdbool.h>

enum exit_code { EXIT_DONE, EXIT_SPEC, EXIT_COMMAND, EXIT_FILE };

/* Indexes main.c's list of functions. */
enum verb_id { VERB_BUILD, VERB_EMIT, VERB_CHECK, VERB_SUMMARY, VERB_SAGEMAKER, VERB_SCHEMA, VERB_LAYERS, VERBS };

struct verb { const char *name, *operands, *summary; int min_operands, max_operands; };

extern const struct verb verbs[VERBS];

struct options {
	enum verb_id id; const struct verb *verb;
	const char **specs; int n;      /* the operands: specs, NAME=VALUE, or the NAME of layers; they stand in argv */
	const char *name;               /* the NAME of layers, or NULL */
	const char *output;             /* -o DIR, or NULL: the model's name */
	const char *target;             /* "cpu" unless told */
	const char *cuda_libraries;     /* "all", "none", or NULL: all */
	const char *blas;               /* "openblas", "none", or NULL: none */
	const char *network;            /* "gloo", "none", or NULL: none */
	const char *dump;               /* "spec", "graph", "plan" or NULL */
	const char *kernels;            /* "reference" or NULL … */
	bool kernels_reference;         /* … the same, as a flag */
	const char *templates;          /* --templates DIR, or NULL: the embedded ones */
	const char *image;              /* sagemaker --image URI, or NULL */
	long batch;                     /* --batch N, or 0: the spec's batch size */
	bool is_static;                 /* build --static: programs that need (almost) no library of the machine's */
	bool check;                     /* emit --check: compare, write nothing */
	bool markdown;                  /* layers --markdown (hidden): as docs/layers.md */
	bool examples;                  /* layers --examples (hidden): a smallest spec a row of the tables */
};

/* Reads argv into *o. -1: run o->verb. Else the process is to end with what is returned: EXIT_DONE after --help and
 * the like, EXIT_COMMAND after saying on stderr what is wrong. Reorders argv, which o points into. */
int options_parse(struct options *o, int argc, char **argv);

#endif
