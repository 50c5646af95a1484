/* The pass `match`: which kernel runs which operations. Groups are chains of operations; each takes the kernel that saves most.
 * Cannot fail: graph has checked that everything has a kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "passes.h"
#include "tables.h"

static void __attribute__((noreturn)) bug(const char *what, const char *name)
{
	fprintf(stderr, "trainc: plan: internal error: %s '%s'\n", what, name);
	abort();
}

/* The chain that starts at op: each but the last has one consumer, the next, which takes nothing else. */
static int chain_from(const struct op *op, const struct op **chain)
{
	int n = 0;
	for (;;) {
		chain[n++] = op;
		if (n == GROUP_OPS || !op->out || op->out->n_consumers != 1)
			return n;
		op = op->out->consumers[0];
		if (op->n_in != 1)
			return n;
	}
}

static bool is_allowed(const struct plan *p, const struct kernel *k, enum precision precision)
{
	return k->precision == precision && !(k->needs & ~p->options.allowed) && (k->reference || !p->options.reference);
}

static const struct kernel *cheapest(const struct plan *p, const struct op *const *chain, int n, enum precision precision,
	int *covered)
{
	const struct kernel *best = NULL;
	double best_gain = -1;
	for (const struct kernel *const *k = p->target->kernels; *k; k++) {
		const int c = is_allowed(p, *k, precision) ? (*k)->covers(chain, n) : 0;
		const double gain = (1 - (*k)->cost) * c;
		if (c > 0 && gain > best_gain) {
			best = *k;
			best_gain = gain;
			*covered = c;
		}
	}
	return best;
}

/* The precision asked for, where it has a kernel, else float32. */
static const struct kernel *choose(const struct plan *p, const struct op *const *chain, int n, int *covered)
{
	const struct kernel *best = cheapest(p, chain, n, p->graph->spec->precision, covered);
	if (!best)
		best = cheapest(p, chain, n, PRECISION_FLOAT32, covered);
	if (!best)
		bug("no kernel covers", chain[0]->type->name);
	return best;
}

struct group *plan_add_group(struct builder *b, const struct op *const *chain, int n)
{
	struct group *g = &b->plan->groups[b->plan->n_groups];
	int covered = 0;
	const struct kernel *k = choose(b->plan, chain, n, &covered);
	g->index = b->plan->n_groups++;
	g->kernel = k;
	g->prefix = "";
	g->n = covered;
	memcpy(g->ops, chain, sizeof *chain * (size_t)covered);
	g->n_in = chain[0]->n_in;
	if (g->n_in > GROUP_INPUTS)
		bug("too many inputs for", chain[0]->layer->name);
	g->in = chain[0]->in;
	g->input_norms = ARENA_ARRAY(b->arena, const struct group *, g->n_in + 1);
	g->same_gradient = ARENA_ARRAY(b->arena, bool, g->n_in + 1);
	g->out = chain[covered - 1]->out;
	g->n_parameters = chain[0]->n_parameters;
	memcpy(g->parameters, chain[0]->parameters, sizeof chain[0]->parameters);
	if (k->size)
		k->size(g, &g->buffers);
	return g;
}

void plan_match(struct builder *b)
{
	struct plan *p = b->plan;
	const struct graph *graph = p->graph;
	p->groups = ARENA_ARRAY(b->arena, struct group, 2 * graph->n_ops);     /* twice: evaluation has some of its own */
	p->group_of = ARENA_ARRAY(b->arena, struct group *, graph->n_ops);
	for (int i = 0; i < graph->n_ops; i++) {
		const struct op *chain[GROUP_OPS], *op = graph->ops[i];
		if (p->group_of[op->index] || (op->out && op->out->view))
			continue;
		struct group *g = plan_add_group(b, chain, chain_from(op, chain));
		for (int k = 0; k < g->n; k++)
			p->group_of[chain[k]->index] = g;
	}
	p->n_trained = p->n_groups;
}

struct group *plan_producer(const struct plan *p, const struct tensor *t)
{
	return t->producer ? p->group_of[t->producer->index] : NULL;
}

struct group *plan_only_consumer(const struct plan *p, const struct group *g)
{
	return g->out && g->out->n_consumers == 1 ? p->group_of[g->out->consumers[0]->index] : NULL;
}
