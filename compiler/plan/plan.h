/* The plan: which kernel runs each group of operations, in which order, and where every number lies. */
#ifndef TRAINC_PLAN_H
#define TRAINC_PLAN_H
#include "graph.h"
#include "target.h"

/* Memory by how often it is there: for each sample of the batch, each slot, each thread, once. WEIGHTS and GRADIENTS are
 * the flat buffers of parameters. */
enum arena_kind { ARENA_SAMPLE, ARENA_SLOT, ARENA_THREAD, ARENA_FIXED, ARENAS, ARENA_WEIGHTS = ARENAS, ARENA_GRADIENTS };

struct buffer {
	const char *name;                   /* C constant of its offset */
	enum arena_kind arena;
	long size, offset;                  /* reals */
	int first, last;                    /* steps that use it */
	int group;                          /* that it belongs to, for summaries; -1: a tensor's */
	bool scratch;                       /* of a thread, used by one step only */
	bool of_many;                       /* a step that sees many samples uses it, so each has its own */
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
	/* [the group's inputs]: dx is written first here (assigned, else added to); dx is dy; the batch normalization through which
	 * x is read, or NULL */
	bool *assign, *same; const struct group **before;
	const struct buffer *reads[STEP_READS];             /* x0, y and dy, where it has them */
	bool asks[STEP_READS];              /* the last pass left it in memory: what the next sample has of it is asked for meanwhile */
	const struct group *sum;            /* behind, which it makes with its output, or NULL */
	bool makes_statistics, through_behind;              /* of batch normalization behind: its statistics; dy goes through it */
	bool for_input;                     /* it makes a gradient of the group's inputs */
	bool aside, begins_aside, ends_aside;   /* beside other steps, from that which forks to the next; first and last in a row */
	bool forks;
	bool sums;                          /* behind it, on a GPU, losses and metrics are added up */
	bool gives_output;                  /* the group's output is whole behind it */
	const struct group **traced; struct buffer **traced_buffers; int n_traced;  /* SAMPLE: other steps' outputs, whole before it */
	struct buffer *shared;              /* sums of one GPU's or host's samples, to be added up over all of them behind it */
	long reduce_from, reduce_count;     /* gradients that are whole behind it, in the flat buffer; 0: none */
	const struct parameter *merged;     /* a merge: the parameter whose gradient sums of slots are merged */
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
