/* The plan: a list of passes. Each decides one thing about the groups of operations and reads only what those before it decided;
 * the schedules are then built from what stands in the groups. Cannot fail: after graph, nothing is the user's fault. */
#include "memory.h"
#include "passes.h"

/* ---- what passes ask ---- */

struct tensor *plan_storage(struct tensor *t)
{
	while (t->view)
		t = t->producer->in[0];
	return t;
}

int plan_count(const struct plan *p, enum purpose purpose)
{
	return purpose == TRAIN ? p->n_trained : p->n_evaluated;
}

struct group *plan_group(const struct plan *p, enum purpose purpose, int i)
{
	return purpose == TRAIN ? &p->groups[i] : p->evaluated[i];
}

bool plan_backward_needed(const struct group *g)
{
	return !g->out || g->out->needs_gradient;
}

/* ---- the passes ---- */

static void make_schedules(struct builder *b)
{
	struct plan *p = b->plan;
	b->packs = ARENA_ARRAY(b->arena, struct buffer *, p->n_groups * KERNEL_BUFFERS);
	p->train = plan_train_schedule(b);
	p->prepare = plan_prepare_schedule(b);
	p->evaluate = plan_evaluate_schedule(b);
	memory_fixed(b);
	for (int i = 0; i < ARENAS; i++)
		p->size[i] = p->train.size[i] > p->evaluate.size[i] ? p->train.size[i] : p->evaluate.size[i];
	p->size[ARENA_FIXED] = b->fixed;
}

static void (*const passes[])(struct builder *b) = {
	plan_match,                 /* which kernel runs which operations */
	plan_fold,                  /* evaluation's groups: batch normalization goes into the weights before it */
	plan_normalise,             /* training: the neighbours of a batch normalization do its work */
	plan_sums,                  /* sums of tensors are made by the group before them */
	plan_keep,                  /* what backward computes again, and gradients that share memory */
	make_schedules,             /* steps, their arguments, and where these lie */
};

static struct plan *make(struct arena *a, const struct graph *g, const struct plan_options *o)
{
	struct plan *p = ARENA_NEW(a, struct plan);
	struct builder b = {.arena = a, .plan = p};
	p->graph = g;
	p->target = o->target ? o->target : &target_cpu;
	p->options = *o;
	for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
		passes[i](&b);
	return p;
}

unsigned plan_needs(const struct plan *p)
{
	unsigned needs = 0;
	for (int i = 0; i < p->n_groups; i++)
		needs |= p->groups[i].kernel->needs;
	return needs;
}

const struct plan *plan_make(struct arena *a, const struct graph *g, const struct plan_options *o)
{
	struct plan_options with_amx = *o;
	struct plan *p = make(a, g, o);
	if (!p->target->amx_files || g->spec->precision == PRECISION_FLOAT32)        /* AMX multiplies bfloat16 */
		return p;
	with_amx.allowed |= NEEDS_AMX;
	const struct plan *amx = make(a, g, &with_amx);
	p->amx = plan_needs(amx) & NEEDS_AMX ? amx : NULL;
	return p;
}
