/* Roles: what a kernel's function may take. A phase of a kernel's row lists roles; the call in the generated program and the
 * parameter list of the kernel's function are both made from that list, so that they cannot disagree.
 *
 * A role is a row of `roles` (role.c): what its memory is (kind and number), and its name and type in C. Roles of the same kind
 * and number are the same memory under another name, for kernels in which that memory means something else. To add a role,
 * add a word here and a row there; to add a kind, add how it is bound to memory in plan/bind.c. */
#ifndef TRAINC_ROLE_H
#define TRAINC_ROLE_H
#include <stdbool.h>

enum role {
	NO_ROLE,
	/* values that are not memory of the plan */
	WORK,               /* the struct rt_work of the step */
	SAMPLE,             /* the sample's index in this host's part of the batch; for SLOT phases that of the slot's first sample */
	SAMPLES,            /* how many samples the slot has */
	SLOT_INDEX,         /* the sample's index in its slot */
	LABEL,              /* the sample's label */
	LOSS, METRIC,       /* where the sample's loss, or a metric of it, goes */
	/* inputs and their gradients */
	X, FROM, P, OUTPUTS,            /* input 0. P and OUTPUTS: of a loss or a metric */
	INPUTS,                         /* all inputs: x0, x1 … */
	DX, DP, D_OUTPUTS,              /* the gradient of input 0 */
	D_INPUTS,                       /* the gradients of all inputs: dx0, dx1 … */
	/* the output of the group, and its gradient */
	Y, TO, OUTPUT,
	FUSED_Y, FUSED_OUTPUT,          /* the output; present where the group has operations after the first */
	DY, D_OUTPUT,
	DZ,                             /* the gradient before those operations: SAVED_DZ; DY where there are none */
	/* the network's parameters and their gradients */
	KERNEL, BIAS, GAMMA, BETA, MOVING_MEAN, MOVING_VARIANCE,
	NEXT_GAMMA, NEXT_BETA, NEXT_MEAN, NEXT_VARIANCE,        /* of the batch normalization that is folded into KERNEL and BIAS */
	D_KERNEL, D_BIAS, D_GAMMA, D_BETA,
	/* buffers of the group. saved: per sample, from forward to backward */
	SAVED, SAVED_DZ, PARTIAL_SUMS, PLACES, ROUNDED_X, ROUNDED_Y, ROUNDED_DY, ROUNDED_DX,
	SCRATCH, BACKWARD_SCRATCH,      /* per thread */
	SUMS, MOMENTS, BIAS_SUMS, GRADIENT_SUMS,        /* per slot, zero at first */
	/* once: packed weights, and what batch normalization knows of the whole batch */
	PACK, BACKWARD_PACK, ROUNDED_KERNEL, ROUNDED_D_KERNEL, FOLDED_KERNEL, FOLDED_BIAS,
	BATCH, TOTAL, MEAN, VARIANCE, ALL_MOMENTS, ALL_GRADIENT_SUMS,
	/* of the groups beside this one, if this one does their work (see plan/normalise.c, plan/sums.c) */
	NORM_IN,            /* the pack of the batch normalization (with its activation) through which X is read */
	NORMS_IN,           /* the same for each of INPUTS */
	NORM_STATISTICS,    /* the sums of the batch normalization that takes the output, which this phase makes; then SLOT_INDEX */
	NORM_GRADIENT,      /* the pack of the batch normalization that takes the output, through which the gradient DY has to go; */
	NORM_TOTAL,         /* comes with NORM_GRADIENT: the sums over the batch of that gradient */
	ADDENDS,            /* the other inputs of the sum that takes the output: then Y is that sum, with its activation */
	/* of the step that adds up a parameter's gradient over slots */
	MERGED_SUMS, MERGED_GRADIENT,
	/* not memory: what `only_if` may ask */
	FUSED,              /* the group has operations after the first */
	ROLES
};

enum role_kind {
	ROLE_PLAIN, ROLE_INPUT, ROLE_INPUTS, ROLE_INPUT_GRADIENT, ROLE_INPUT_GRADIENTS, ROLE_OUTPUT, ROLE_FUSED_OUTPUT,
	ROLE_OUTPUT_GRADIENT, ROLE_UNFUSED_GRADIENT, ROLE_PARAMETER, ROLE_PARAMETER_GRADIENT, ROLE_SAVED, ROLE_SCRATCH, ROLE_SUMS,
	ROLE_PACK, ROLE_INPUT_NORM, ROLE_INPUT_NORMS, ROLE_NORM_STATISTICS, ROLE_NORM_GRADIENT, ROLE_ADDENDS, ROLE_MERGED_SUMS,
	ROLE_MERGED_GRADIENT, ROLE_CONDITION, ROLE_KINDS
};

struct role_row {
	enum role_kind kind;
	int number;                 /* which of its kind: the parameter's or the buffer's number */
	const char *name;           /* of the parameter in C; "x%d": one parameter for each input */
	const char *type;           /* in C, of a value or of an element of the memory; NULL: real */
	bool value;                 /* passed by value, not by pointer */
	bool made;                  /* every phase that takes it writes it */
};

extern const struct role_row roles[ROLES];

/* A word of a phase's list: a role and marks. MAKES: the phase writes this memory. SHARE: it writes sums over the samples of
 * one GPU or host, which are then added up over all of them. */
#define MAKES(role) ((role) | ROLE_MADE)
#define SHARE(role) ((role) | ROLE_MADE | ROLE_SHARED)
enum { ROLE_MADE = 1 << 8, ROLE_SHARED = 1 << 9, ROLE_MASK = ROLE_MADE - 1, PHASE_ROLES = 16 };

#endif
