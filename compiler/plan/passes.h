/* The passes of the plan and what they share. Private to plan/. */
#ifndef TRAINC_PASSES_H
#define TRAINC_PASSES_H
#include "plan.h"

struct builder {
	struct arena *arena;
	struct plan *plan;
	struct buffer **packs;              /* [group][KERNEL_BUFFERS], shared by the schedules */
	long fixed;                         /* reals of packs */
	/* of the schedule being built */
	enum purpose purpose;
	const char *prefix;                 /* of its constants: "" for training, "E" for evaluation, "R" for what is computed again */
	struct step *steps; int n, capacity;
	struct argument room[STEP_ARGUMENTS];               /* of the last step, until it has them all */
	struct buffer **buffers; int n_buffers, buffer_capacity;
	struct buffer **values, **gradients;                /* [tensor] */
	struct buffer **saved, **scratch, **group_sums;     /* [group][KERNEL_BUFFERS] */
	struct buffer **sums;                               /* [parameter]: its gradient's sums a slot */
	bool *written;                                      /* [tensor]: its gradient has a first writer */
	bool *whole;                                        /* [parameter]: its gradient is whole */
	long reduced;                                       /* gradients from here on are added up over GPUs already */
	const struct group **pending; int n_pending;        /* outputs of TILE steps, to be traced */
};

/* ---- what passes ask ---- */

struct tensor *plan_storage(struct tensor *t);
/* The output of the group; where it ends with the loss, what that takes. */
struct tensor *plan_output(const struct group *g);
/* The group that makes t, or NULL; the one group that takes the output of g, or NULL: none or several. */
struct group *plan_producer(const struct plan *p, const struct tensor *t);
struct group *plan_only_consumer(const struct plan *p, const struct group *g);
bool plan_backward_needed(const struct group *g);
/* The groups of a schedule, in order; PREPARE has those of EVALUATE. */
int plan_count(const struct plan *p, enum purpose purpose);
struct group *plan_group(const struct plan *p, enum purpose purpose, int i);
/* Adds a group of the first operations of a chain of n: as many as the kernel covers that is chosen. */
struct group *plan_add_group(struct builder *b, const struct op *const *chain, int n);

/* ---- the passes: each is one file, and reads only what those before it decided ---- */

void plan_match(struct builder *b);
void plan_fold(struct builder *b);
void plan_normalise(struct builder *b);
void plan_sums(struct builder *b);
void plan_keep(struct builder *b);
/* Of one schedule, once its memory is laid out */
void plan_prefetch(struct schedule *s);

/* ---- steps.c: one schedule ---- */

void build_begin(struct builder *b, enum purpose purpose);
struct schedule build_end(struct builder *b);
/* A step's template: TARGET/FOLDER/NAME and the target's suffix. */
const char *build_template(struct builder *b, const char *folder, const char *name);
/* A step without arguments. */
struct step *build_step(struct builder *b, const char *template, const char *what, enum domain domain);
/* The step is one of this group's. */
void build_group(struct builder *b, struct step *s, const struct group *g);
void build_phases(struct builder *b, const struct group *g, const struct phase *phases, const char *what);
/* The forward phases; in training, where the output may be searched for numbers that are not finite. */
void build_forward(struct builder *b, const struct group *g, const struct phase *phases);
/* Computes g's output a second time, for what comes now. */
void build_again(struct builder *b, const struct group *g);

/* ---- schedules.c: the three schedules ---- */

struct schedule plan_train_schedule(struct builder *b);
struct schedule plan_prepare_schedule(struct builder *b);
struct schedule plan_evaluate_schedule(struct builder *b);

/* ---- bind.c: the arguments of a step ---- */

/* takes: a phase's list of roles; g: the step's group, or NULL where no role needs one. */
void bind_roles(struct builder *b, struct step *s, const struct group *g, const unsigned short *takes);
/* Whether the group lacks what `only_if` asks for; NO_ROLE asks for nothing. */
bool bind_lacks(const struct builder *b, const struct group *g, enum role role);
/* An argument of this role, without memory. */
struct argument *bind_argument(struct step *s, enum role role);
/* An argument that is a tensor's value; the buffer of a tensor's value; that of a pack of the group. */
void bind_value(struct builder *b, struct step *s, enum role role, struct tensor *t);
struct buffer *bind_value_of(struct builder *b, struct tensor *t);
struct buffer *bind_pack_of(struct builder *b, const struct group *g, int number);
/* From now on g's output and scratch are buffers of their own: its output is computed a second time. */
void bind_again(struct builder *b, const struct group *g);

#endif
