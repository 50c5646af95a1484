/* Kernels: implementations of operations. A row says which group of operations it covers, at what cost, and which
 * templates make its functions. The plan takes the least cost; list order breaks ties; the reference comes last. */
#ifndef TRAINC_KERNEL_H
#define TRAINC_KERNEL_H
#include "layer.h"
#include "role.h"

enum { GROUP_OPS = 6, GROUP_INPUTS = 64, GROUP_PARAMETERS = 6, KERNEL_BUFFERS = 4, KERNEL_PHASES = 8 };

/* Where a phase runs. On the CPU: SAMPLE: once a sample, one slot's samples in order by one thread. SLOT: once a slot, for
 * all its samples. TILE: once a tile, over the whole batch, between barriers; which tile is whose does not matter.
 * On a GPU: ELEMENTS: a thread an element, as many as `tiles` says; BLOCKS: `tiles` blocks of threads. LIBRARY: a call of
 * NVIDIA's libraries; its template is the initializer of what the call is told about shapes, its args are x, w, y, bias. */
enum domain { DOMAIN_SAMPLE, DOMAIN_SLOT, DOMAIN_TILE, DOMAIN_ELEMENTS, DOMAIN_BLOCKS, DOMAIN_LIBRARY };

/* One function of a kernel. `takes` lists its parameters in order, by role (role.h).
 * SAMPLE functions get the pointers of this sample, slot and thread; SLOT functions those of the slot's first sample; TILE
 * functions those of sample 0 and slot 0 and, as their last parameter, the tile. ELEMENTS and BLOCKS functions get the
 * struct rt_cuda_work first, then the pointers of sample 0 and slot 0.
 * A role is left out of both the call and the parameter list where the group lacks it: a parameter, gradient or saved buffer
 * that the operation does not have, or a batch normalization or a sum that is not beside the group. The template's section of
 * that name is off then. */
struct phase {
	const char *name;                   /* of its template: TARGET/KERNEL/NAME and the target's suffix */
	enum domain domain;
	unsigned short takes[PHASE_ROLES];  /* roles with marks; ends with NO_ROLE */
	const char *tiles;                  /* C: their number, in w->n (GPU: n, slots) and the template's names; NULL: 1 */
	enum role only_if;                  /* the phase is left out where the group lacks this role */
	enum role replaced_by;              /* a batch normalization's: left out where its neighbours' phases take this role */
};

/* Whether the phase, or one of the phases, takes this role, under whatever name. */
bool phase_takes(const struct phase *phase, enum role role);
bool phases_take(const struct phase *phases, enum role role);

/* Sizes, in reals, of the buffers a group needs. */
struct buffers { long saved[KERNEL_BUFFERS], scratch[KERNEL_BUFFERS], sums[KERNEL_BUFFERS], packs[KERNEL_BUFFERS]; };

/* What a schedule is for. */
enum purpose { TRAIN, PREPARE, EVALUATE, PURPOSES };

struct group {
	const struct kernel *kernel;
	const struct op *ops[GROUP_OPS]; int n;
	struct tensor *const *in; int n_in;
	struct tensor *out;
	const struct parameter *parameters[GROUP_PARAMETERS]; int n_parameters;
	const struct group *folded;         /* its packs are the weights, not the parameters; else NULL */
	struct buffers buffers;
	const char *prefix;                 /* of its packs' constants */
	int index;
	/* What the plan's passes decide (plan/). normalise, for training. Of a batch normalization: */
	bool applied_by_consumers;          /* the groups that take its output apply it as they read its input */
	bool statistics_by_producer, gradient_by_producer;  /* the group before it makes its statistics; takes gradients through it */
	/* and of its neighbours: */
	const struct group **input_norms;   /* [n_in]: the batch normalization through which the input is read, or NULL */
	const struct group *statistics_of, *gradient_through;   /* the batch normalization that takes the output, or NULL */
	/* sums */
	const struct group *sum[PURPOSES];  /* the sum that it makes with its output, or NULL */
	bool made_by_producer[PURPOSES];    /* this sum is made by the group before it */
	/* keep */
	bool recompute;                     /* backward computes its output a second time, before the one group that takes it */
	bool *same_gradient;                /* [n_in]: the input's gradient is the output's, in the same memory */
};

/* What a kernel needs of the machine or of what the program links. */
enum need { NEEDS_AMX = 1, NEEDS_OPENBLAS = 2, NEEDS_NVIDIA_LIBRARIES = 4 };

struct kernel {
	const char *name, *summary;         /* the name is that of its folder of templates */
	/* How many operations from ops[0] on it covers; 0: it does not match. ops is a chain of n in which each but the last
	 * has one consumer, the next. */
	int (*covers)(const struct op *const *ops, int n);
	double cost;                        /* of an operation covered, relative to the reference's 1 */
	void (*size)(const struct group *g, struct buffers *b);   /* NULL: no buffers */
	/* Each ends with a NULL name. pack: at the start of a step and before evaluations. prepare: before evaluations only.
	 * finish: behind all backward phases. evaluate: NULL name first: as forward. aside: behind backward; they make gradients of
	 * parameters only, and go beside the phases that follow, on a GPU. */
	struct phase pack[KERNEL_PHASES], forward[KERNEL_PHASES], backward[KERNEL_PHASES], aside[KERNEL_PHASES], finish[KERNEL_PHASES],
		prepare[KERNEL_PHASES], evaluate[KERNEL_PHASES];
	bool own_gradients;                 /* writes dw in a TILE phase itself; else dw are sums a slot, merged by the plan */
	bool (*recomputes)(const struct group *g);  /* forward's last phase costs less than keeping its output; NULL: never */
	bool in_place_dy;                   /* backward turns DY into the gradient before the group's activation, in place */
	bool shares_gradient;               /* and dx may be just that, in the same place: its section is off then */
	bool left_to_producer;              /* the group before it may make its output (role ADDENDS) */
	bool left_to_neighbours;            /* its neighbours may do the work of the phases that have replaced_by */
	bool by_function;                   /* templates are NAME/FUNCTION_PHASE.c, FUNCTION the operation's row (a loss) */
	bool reference;
	const char *library;                /* LIBRARY phases: the list of such calls in step.c, "dense"; else NULL */
	int tile;                           /* of Winograd's: outputs of a tile's side; else 0 */
	unsigned needs;                     /* enum need: the kernel is taken only where all of them are allowed */
	enum precision precision;           /* of its operands: above float32, taken only where the spec asks for it */
};

/* The most slots that a batch is cut into for sums over it, and parts of one: the runtime's RT_SLOTS, RT_CUDA_SLOTS and
 * RT_CUDA_PARTS. */
enum { CPU_SLOTS = 16, CUDA_SLOTS = 64, CUDA_PARTS = 4 };

/* Defines covers_TYPE: one operation of that type. */
#define COVERS(type_name) \
	static int covers_##type_name(const struct op *const *ops, int n) { return n > 0 && ops[0]->type == &op_##type_name; }

/* Rows that have files of their own. */
extern const struct kernel winograd_sparse, winograd, winograd_slot_sparse, winograd_slot_2x2, winograd_slot, direct, direct_pool,
	depthwise, dense_openblas, dense, dense_bf16, dense_bf16_reference, convolution_amx,
	convolution_amx_slot, convolution_bf16_reference, dense_amx, normalise, add, fold, max_pool;
/* What they share: max-pooling of whole 2x2 windows that do not overlap; an activation whose gradient passes or does not;
 * groups with pooling or dropout behind products, which save a byte an element of their output; a convolution whose numbers are
 * sooner made than back from memory; buffers of batch normalization; a dense layer with activation and dropout, and its
 * buffers. */
bool kernel_is_2x2_pool(const struct op *op);
bool kernel_is_gate(const struct op *op);
bool kernel_saves_bytes(const struct group *g);
bool kernel_makes_few_products(const struct group *g);
void kernel_normalise_size(const struct group *g, struct buffers *b);
int kernel_covers_dense(const struct op *const *ops, int n);
void kernel_dense_size(const struct group *g, struct buffers *b);

/* NULL-terminated, fastest first. */
extern const struct kernel *const cpu_kernels[], *const cuda_kernels[];

#endif
