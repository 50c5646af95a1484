/* The plan: which kernel runs each group of operations, in which order, and where every number lies. */
#ifndef TRAINC_PLAN_H
#define TRAINC_PLAN_H
#include "graph.h"
#include "target.h"

/* Classes of memory, by how often a buffer exists: per sample of the batch, per slot, per thread, or once. WEIGHTS and GRADIENTS
 * are the flat buffers of the parameters. */
enum arena_kind { ARENA_SAMPLE, ARENA_SLOT, ARENA_THREAD, ARENA_FIXED, ARENAS, ARENA_WEIGHTS = ARENAS, ARENA_GRADIENTS };

struct buffer {
	const char *name;                   /* C constant of its offset */
	enum arena_kind arena;
	long size, offset;                  /* reals */
	int first, last;                    /* steps that use it */
	int group;                          /* the group that it belongs to, for summaries; -1: it is a tensor's */
	bool scratch;                       /* one step uses it, and only while it runs */
	bool of_many;                       /* a step that sees many samples at once uses it, so that each sample has its own */
};

/* An argument of a step's call and, with its role, a parameter of the kernel's function. */
struct argument {
	enum role role;
	bool made;                          /* the step writes it */
	int number;                         /* which input, addend or metric; else 0 */
	struct buffer *buffer;              /* NULL: a value that is not memory of the plan */
};

enum { STEP_ARGUMENTS = GROUP_INPUTS * 2 };
enum { READS_X, READS_Y, READS_DY, STEP_READS };

struct step {
	const struct group *group;          /* NULL: a metric or a merge */
	const char *template;               /* of its function */
	const char *what;                   /* "forward" …, for provenance */
	enum domain domain;
	const char *tiles;
	struct argument *arguments; int n_arguments;
	/* For each input of the group: this step writes its gradient first (assigns it, and does not add to it); its gradient is
	 * the output's, in the same memory; the batch normalization through which the input is read, or NULL. */
	bool *assign, *same; const struct group **norms;
	const struct buffer *reads[STEP_READS];             /* the buffers of X, Y and DY, where the step takes these */
	bool prefetch[STEP_READS];          /* it has left the cache: the kernel prefetches the next sample's part */
	const struct group *sum;            /* the sum that takes the output and that this step makes with it, or NULL */
	bool makes_statistics;              /* the step makes the statistics of the batch normalization that takes its output */
	bool through_norm;                  /* the step takes DY through that batch normalization */
	bool for_input;                     /* the step makes a gradient of the group's inputs */
	/* On a GPU, a step on the side stream may run at any time between its fork and the next fork, which waits for it. */
	bool side_stream, begins_side_stream, ends_side_stream;     /* it is on that stream; as the first, the last in a row */
	bool fork_before;                   /* the side stream may begin once everything before this step is done */
	bool sums;                          /* on a GPU, losses and metrics are added up after it */
	bool gives_output;                  /* after it, the group's output is complete */
	/* outputs of groups in other passes, to be searched before it for numbers that are not finite */
	const struct group **traced; struct buffer **traced_buffers; int n_traced;
	struct buffer *shared;              /* sums over the samples of one GPU or host, added up over all of them after it */
	long reduce_from, reduce_count;     /* gradients that are complete after it, in the flat buffer; 0: none */
	const struct parameter *merged;     /* for a merge: the parameter whose gradient is the sum over slots */
	const struct row *metric;
	int index;
};

/* Steps of one domain in a row; SAMPLE steps share one pass over the samples, SLOT steps one over the slots. */
struct segment { enum domain domain; int first, n; long zero_from, zero_count; };

struct schedule {
	struct step *steps; int n;
	struct segment *segments; int n_segments;
	struct buffer **buffers; int n_buffers;
	long size[ARENAS];                  /* reals of each arena */
};

/* target NULL: the CPU. reference: the plainest kernel of every operation. allowed: what kernels may need (enum need).
 * several_hosts: train links a network, and shares sums over hosts. */
struct plan_options { const struct target *target; bool reference, several_hosts; unsigned allowed; };

struct plan {
	const struct graph *graph;
	const struct target *target;
	struct plan_options options;
	struct group *groups; int n_groups, n_trained;      /* the first are training's, in order */
	struct group **group_of;            /* [operation]: training's group that holds it; NULL: a view */
	struct group **evaluated; int n_evaluated;          /* evaluation's, in order */
	struct schedule train, prepare, evaluate;
	long size[ARENAS];                  /* the most of all schedules */
	const struct plan *amx;             /* for processors with AMX; NULL: this one is */
};

/* What the kernels that were chosen need, of enum need. */
unsigned plan_needs(const struct plan *p);
const struct plan *plan_make(struct arena *a, const struct graph *g, const struct plan_options *o);

/* report.c: "dense_1, dense_2", the layers with operands below float32, or ""; --dump=plan; the memory that the
 * program will take at this batch size. */
const char *plan_narrow_layers(struct arena *a, const struct plan *p);
/* pass: what this pass decided; NULL: the whole plan. */
void plan_dump(FILE *out, const struct plan *p, const char *pass);
void plan_summary(FILE *out, struct arena *a, const struct plan *p, long batch);

#endif
