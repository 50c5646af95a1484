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

enum argument_kind { ARGUMENT_BUFFER, ARGUMENT_LABEL, ARGUMENT_LOSS, ARGUMENT_METRIC, ARGUMENT_INDEX, ARGUMENT_ORDINAL,
	ARGUMENT_WORK, ARGUMENT_SAMPLES };

struct argument { enum argument_kind kind; struct buffer *buffer; int number; };

enum { STEP_ARGUMENTS = GROUP_INPUTS * 2 };
enum { READS_X, READS_Y, READS_DY, STEP_READS };

struct step {
	const struct group *group;          /* NULL: a metric or a merge */
	const char *template;               /* of its function */
	const char *what;                   /* "forward" …, for provenance */
	enum domain domain;
	const char *tiles;
	struct argument *arguments; int n_arguments;
	bool assign[GROUP_INPUTS];          /* dx i is written first here: assigned, else added to */
	bool same[GROUP_INPUTS];            /* dx i is dy */
	const struct group *before[GROUP_INPUTS];           /* batch normalization that x i is read through, or NULL */
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

/* target NULL: the CPU. reference: the plainest kernel of every operation. no_libraries: none that calls NVIDIA's.
 * openblas: kernels that call OpenBLAS, too. amx: those for processors with AMX, too. several_hosts: train links a network, and
 * shares sums over hosts. */
struct plan_options { const struct target *target; bool reference, no_libraries, openblas, amx, several_hosts; };

struct plan {
	const struct graph *graph;
	const struct target *target;
	struct plan_options options;
	struct group *groups; int n_groups, n_trained;      /* the first are training's, in order */
	const struct group **group_of;      /* [operation]: training's group that covers it; NULL until all are made */
	const struct group **evaluated; int n_evaluated;    /* evaluation's, in order */
	struct schedule train, prepare, evaluate;
	long size[ARENAS];                  /* the most of all schedules */
	const struct plan *amx;             /* for processors with AMX; NULL: this one is */
};

const struct plan *plan_make(struct arena *a, const struct graph *g, const struct plan_options *o);

/* plan_report.c: "dense_1, dense_2", the layers with operands below float32, or ""; --dump=plan; the memory that the
 * program will take at this batch size. */
const char *plan_narrow_layers(struct arena *a, const struct plan *p);
void plan_dump(FILE *out, const struct plan *p);
void plan_summary(FILE *out, struct arena *a, const struct plan *p, long batch);

#endif
