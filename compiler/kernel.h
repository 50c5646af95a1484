/* Kernels: implementations of operations. A row says which group of operations it covers, at what cost, and which templates make
 * its functions. The plan takes the kernel of the least cost; the order of the list breaks ties; the reference comes last.
 * docs/glossary.md explains the words: slot, tile, pack, group, phase, role. */
#ifndef TRAINC_KERNEL_H
#define TRAINC_KERNEL_H
#include "layer.h"
#include "role.h"

enum { GROUP_OPS = 6, GROUP_INPUTS = 64, GROUP_PARAMETERS = 6, KERNEL_BUFFERS = 4, KERNEL_PHASES = 8 };

/* How often a phase's function is called.
 * On the CPU: SAMPLE: once per sample; one thread takes the samples of a slot in order. SLOT: once per slot, for all its samples.
 * TILE: once per tile, over the whole batch, between barriers; any thread may take any tile.
 * On a GPU: ELEMENTS: a kernel with one thread per element; `tiles` says how many. BLOCKS: a kernel of `tiles` blocks.
 * LIBRARY: a call of one of NVIDIA's libraries; its template initializes the struct that describes the shapes. */
enum domain { DOMAIN_SAMPLE, DOMAIN_SLOT, DOMAIN_TILE, DOMAIN_ELEMENTS, DOMAIN_BLOCKS, DOMAIN_LIBRARY };

/* One function of a kernel. `takes` lists its parameters in order, by role (role.h).
 * A SAMPLE function gets pointers to the memory of its sample, slot and thread. A SLOT function gets those of the first sample of
 * its slot. A TILE function gets those of sample 0 and slot 0, and the tile's number as its last parameter. ELEMENTS and BLOCKS
 * functions get the struct rt_cuda_work first, then the pointers of sample 0 and slot 0.
 * Where the group lacks a role, that role is left out of both the call and the parameter list, and the template's section for it
 * is off. A group lacks the parameters, gradients and saved buffers that its operations do not have, and the batch
 * normalization or the sum that no neighbour has left to it. */
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
	/* Lists of phases; each ends with a NULL name. pack runs at the start of a step and before evaluations; prepare before
	 * evaluations only; finish after all backward phases. An empty evaluate means: as forward. side_stream runs after backward:
	 * these phases make gradients of parameters only, so that a GPU may run them beside the phases of the layers before. */
	struct phase pack[KERNEL_PHASES], forward[KERNEL_PHASES], backward[KERNEL_PHASES], side_stream[KERNEL_PHASES],
		finish[KERNEL_PHASES], prepare[KERNEL_PHASES], evaluate[KERNEL_PHASES];
	bool own_gradients;                 /* a TILE phase writes d_kernel …; else they are sums per slot, which the plan merges */
	bool (*recomputes)(const struct group *g);  /* forward's last phase costs less than keeping its output; NULL: never */
	bool in_place_dy;                   /* backward turns DY into the gradient before the group's activation, in place */
	bool shares_gradient;               /* an input's gradient may be DY itself, in the same memory; D_INPUTS leaves it out then */
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
/* ---- what rows of several files ask ---- */

/* Max-pooling of 2x2 windows that do not overlap and leave no row or column over. */
bool kernel_is_2x2_pool(const struct op *op);
/* An activation whose gradient either passes unchanged or not at all, such as relu. */
bool kernel_is_gate(const struct op *op);
/* The group ends with pooling or dropout: it saves one byte per element of its output for backward. */
bool kernel_saves_bytes(const struct group *g);
/* Recomputing this convolution's output in backward costs less than to store and load it. */
bool kernel_makes_few_products(const struct group *g);
/* The buffers of batch normalization. */
void kernel_normalise_size(const struct group *g, struct buffers *b);
/* A dense layer, with the activation and the dropout after it: how many operations; its buffers. */
int kernel_covers_dense(const struct op *const *ops, int n);
void kernel_dense_size(const struct group *g, struct buffers *b);

/* NULL-terminated, fastest first. */
extern const struct kernel *const cpu_kernels[], *const cuda_kernels[];

#endif
