/* Targets: what a program runs on. A row names the kernels that there are and the files that a program is made of. */
#ifndef TRAINC_TARGET_H
#define TRAINC_TARGET_H
#include "graph.h"
#include "kernel.h"

/* A file of the program and the template below templates/ that makes it; NULL: the spec, as it was. */
struct program_file { const char *name, *template; };

struct target {
	const char *name, *summary;             /* the name is that of the kernels' folder below templates/ */
	const char *suffix;                     /* of the kernels' templates */
	const struct kernel *const *kernels;    /* NULL-terminated, fastest first */
	const struct kernel *fold;              /* puts a batch normalization into the weights before it, for evaluation; NULL: none */
	const struct program_file *files;       /* ends with a NULL name */
	const struct program_file *amx_files;   /* likewise, of programs with a plan for processors with AMX; or NULL */
	const char *restricted;                 /* C, in kernels: the word for a pointer whose memory no other parameter reaches */
	const char *first_parameter;            /* C, of each kernel's function; NULL: none */
	const char *hyperparameters;            /* C, in kernels: the array of their numbers */
	bool on_gpus;                           /* a job may ask for several */
	/* Whole batches a step, in one order: sums of slots are merged right behind the step that made them, and their memory
	 * is shared. Else steps are passes over samples, and all merges come last. */
	bool whole_batches;
};

extern const struct target target_cpu, target_cuda;
/* NULL-terminated; the first is the default. */
extern const struct target *const targets[];

/* Whether it has kernels for all of the graph; false after reporting to d what it lacks. */
bool target_takes(const struct target *t, const struct graph *g, struct diag *d);
/* The row called name, or NULL. */
const struct target *target_find(const char *name);

#endif
