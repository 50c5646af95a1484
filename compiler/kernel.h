/* Kernels: implementations of operations. A row says which group of operations it covers, at what cost, and which
 * templates make its functions. The plan takes the least cost; list order breaks ties; the reference comes last. */
#ifndef TRAINC_KERNEL_H
#define TRAINC_KERNEL_H
#include "layer.h"

enum { GROUP_OPS = 6, GROUP_INPUTS = 64, GROUP_PARAMETERS = 6, KERNEL_BUFFERS = 4, KERNEL_PHASES = 8 };

/* Where a phase runs. On the CPU: SAMPLE: once a sample, one slot's samples in order by one thread. SLOT: once a slot, for
 * all its samples. TILE: once a tile, over the whole batch, between barriers; which tile is whose does not matter.
 * On a GPU: ELEMENTS: a thread an element, as many as `tiles` says; BLOCKS: `tiles` blocks of threads. LIBRARY: a call of
 * NVIDIA's libraries; its template is the initializer of what the call is told about shapes, its args are x, w, y, bias. */
enum domain { DOMAIN_SAMPLE, DOMAIN_SLOT, DOMAIN_TILE, DOMAIN_ELEMENTS, DOMAIN_BLOCKS, DOMAIN_LIBRARY };

/* One function of a kernel. args lists its parameters in order, by role:
 *   x0 … inputs           dx0 … their gradients      y output          dy its gradient
 *                                                    (or what the group's loss takes)
 *   ymap y, where the group has an activation
 *   w0 … parameters       dw0 … their gradients      label, loss       of the loss
 *   s0 … saved a sample   t0 … scratch of a thread   k0 … sums of a slot (zero at first)
 *   p0 … packs            i index in the batch       j index in the slot
 *   work the struct rt_work                          n samples of the slot (SLOT)
 *   +p0  a pack of sums of this GPU's or host's samples: all GPUs' or hosts' are added up behind; on a GPU zeroed before
 *   dz   the gradient before the group's activation: s0, or dy where there is none
 *   n0 … the batch normalization (and activation) before input 0, through which it is read: p0 of its kernel. x0, which comes
 *        first, is what that takes. n*: of all inputs
 *   a*   the sum behind, of y and what this names: y is then that sum with its activation
 *   nk   the batch normalization behind, whose statistics are made of y: its k0 and, behind it, j
 *   np   the batch normalization behind, through which dy is to go: its p0 and p1
 * SAMPLE functions get this sample's (slot's, thread's) pointers; SLOT functions those of the slot's first sample, and i is
 * its index; TILE functions those of sample 0 and of slot 0 and, behind args, the tile. ELEMENTS and BLOCKS functions get
 * the struct rt_cuda_work first, then the pointers of sample 0 and of slot 0. A role whose parameter, gradient or
 * saved buffer the operation lacks, or whose batch normalization or sum is not beside it, is left out of the call, and the
 * template's section of the same name is off (bytes: s0's; sum: a*'s). A phase whose `only_if` role is lacking is left out
 * whole. */
struct phase {
	const char *name;                   /* of its template: TARGET/KERNEL/NAME and the target's suffix */
	enum domain domain;
	const char *args;
	const char *tiles;                  /* a C expression for their number, in w->n (GPU: n, slots) and the template's names */
	const char *only_if;                /* or "map": the group has an activation */
};

/* Sizes, in reals, of the buffers a group needs. */
struct buffers { long saved[KERNEL_BUFFERS], scratch[KERNEL_BUFFERS], sums[KERNEL_BUFFERS], packs[KERNEL_BUFFERS]; };

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
};

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
	bool (*made_again)(const struct group *g);  /* forward's last phase costs less than keeping its output; NULL: never */
	bool changes_gradient;              /* backward makes dy the gradient before the group's activation, in place */
	bool shares_gradient;               /* and dx may be just that, in the same place: its section is off then */
	bool left_to_neighbours;            /* its phases statistics, forward and data, where these have the roles nk, n0, np */
	bool by_function;                   /* templates are NAME/FUNCTION_PHASE.c, FUNCTION the operation's row (a loss) */
	bool reference;
	const char *library;                /* LIBRARY phases: the list of such calls in step.c, "dense"; else NULL */
	int tile;                           /* of Winograd's: outputs of a tile's side; else 0 */
	bool amx;                           /* in the plan for processors with AMX only */
	bool openblas;                      /* calls OpenBLAS: taken only where that is asked for */
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
