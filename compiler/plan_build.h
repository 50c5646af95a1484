/* Building one schedule: steps, their arguments and the buffers these name. Private to the plan. */
#ifndef TRAINC_PLAN_BUILD_H
#define TRAINC_PLAN_BUILD_H
#include "plan.h"

struct builder {
	struct arena *arena;
	struct plan *plan;
	struct buffer **packs;              /* [group][KERNEL_BUFFERS], shared by the schedules */
	long fixed;                         /* reals of packs */
	/* of the schedule being built */
	const char *prefix;                 /* of its constants: "" for train, "E" for evaluate */
	struct step *steps; int n, capacity;
	struct argument room[STEP_ARGUMENTS];               /* of the last step, until it has them all */
	struct buffer **buffers; int n_buffers, buffer_capacity;
	struct buffer **values, **gradients;                /* [tensor] */
	struct buffer **saved, **scratch, **group_sums;     /* [group][KERNEL_BUFFERS] */
	struct buffer **sums;                               /* [parameter]: its gradient's sums a slot */
	bool *written;                                      /* [tensor]: its gradient has a first writer */
	bool *whole;                                        /* [parameter]: its gradient is whole */
	long reduced;                                       /* gradients from here on are added up over GPUs already */
	bool trace;
	bool training;                      /* of what neighbours do for batch normalization */
	bool forward_only;                                  /* what is for gradients is left out */
	const struct group **pending; int n_pending;        /* outputs of TILE steps, to be traced */
};

struct tensor *plan_storage(struct tensor *t);
/* A group of the first operations of a chain of n, as many as the kernel covers that is chosen. */
struct group *plan_add_group(struct builder *b, const struct op *const *chain, int n);
/* g's output; where g ends with the loss, what that takes. */
struct tensor *plan_output(const struct group *g);
/* plan_fold.c: evaluation's groups. */
void plan_fold(struct builder *b);
/* plan_keep.c: the group that covers op, or NULL; whether backward makes g's output again, right before the one group that
 * takes it; whether the gradient of g's input i is its output's, in the same place. */
const struct group *plan_group_of(const struct plan *p, const struct op *op);
bool plan_makes_again(const struct plan *p, const struct group *g);
bool plan_shares_gradient(const struct builder *b, const struct group *g, int i);
/* plan_normalise.c: whether g is a batch normalization beside which all that must have this role have it; whether this phase of
 * it is therefore left out in training; the batch normalization that g's input i is read through, and the one behind g for
 * which g has this role ("nk", "np"), or NULL; whether one of a kernel's phases has the role. */
bool plan_left_to(const struct plan *p, const struct group *g, const char *role);
bool plan_leaves_out(const struct plan *p, const struct group *g, const struct phase *phase);
const struct group *plan_read_through(const struct plan *p, const struct group *g, int i);
const struct group *plan_normalised_behind(const struct plan *p, const struct group *g, const char *role);
bool plan_has_role(const struct phase *phases, const char *role);
/* plan_ask.c: which of what its steps read has to come from memory */
void plan_ask(struct schedule *s);
/* plan_sum.c: the sum behind g that g makes with its output, in the schedule being built; whether g is such a sum; or NULL. */
const struct group *plan_sum_behind(const struct builder *b, const struct group *g);
bool plan_sum_is_made(const struct builder *b, const struct group *g);

void build_begin(struct builder *b, const char *prefix);
struct schedule build_end(struct builder *b);
/* A step's template: TARGET/FOLDER/NAME and the target's suffix. */
const char *build_template(struct builder *b, const char *folder, const char *name);
/* A step without arguments. */
struct step *build_step(struct builder *b, const char *template, const char *what, enum domain domain);
void build_phases(struct builder *b, const struct group *g, const struct phase *phases, const char *what);
void build_value(struct builder *b, struct step *s, struct tensor *t);
void build_buffer(struct step *s, struct buffer *buffer);
void build_plain(struct step *s, enum argument_kind kind, int number);
/* Makes g's output again, for what comes now. */
void build_again(struct builder *b, const struct group *g);
struct buffer *build_parameter(struct builder *b, const struct parameter *p, enum arena_kind arena);

#endif
