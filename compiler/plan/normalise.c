/* The pass `normalise`: in training, the neighbours of a batch normalization do its passes over memory where their kernels can.
 * The groups that take its output apply it as they read its input (roles NORM_IN, NORMS_IN). The group before it makes the
 * statistics of its own output (NORM_STATISTICS) and takes the gradient of that output through it (NORM_GRADIENT). */
#include "passes.h"

/* Every phase that takes an input can read it through a batch normalization. */
static bool all_read_through(const struct phase *phases)
{
	for (; phases->name; phases++) {
		const bool one = phase_takes(phases, X) && !phase_takes(phases, NORM_IN);
		const bool all = phase_takes(phases, INPUTS) && !phase_takes(phases, NORMS_IN);
		if (one || all)
			return false;
	}
	return true;
}

static bool can_read_through(const struct kernel *k)
{
	const bool some = phases_take(k->forward, NORM_IN) || phases_take(k->forward, NORMS_IN);
	return some && all_read_through(k->forward) && all_read_through(k->backward);
}

static bool all_consumers_can(const struct plan *p, const struct tensor *t)
{
	for (int i = 0; i < t->n_consumers; i++) {
		const struct group *g = p->group_of[t->consumers[i]->index];
		if (!g || !can_read_through(g->kernel))
			return false;
	}
	return t->n_consumers > 0;
}

static void leave_to_consumers(const struct plan *p, struct group *norm)
{
	norm->applied_by_consumers = true;
	for (int i = 0; i < norm->out->n_consumers; i++) {
		struct group *g = p->group_of[norm->out->consumers[i]->index];
		for (int k = 0; k < g->n_in; k++)
			if (g->in[k] == norm->out)
				g->input_norms[k] = norm;
	}
}

static void leave_to_producer(const struct plan *p, struct group *norm)
{
	struct group *before = norm->in[0]->n_consumers == 1 ? plan_producer(p, norm->in[0]) : NULL;
	if (!before)
		return;
	norm->statistics_by_producer = phases_take(before->kernel->forward, NORM_STATISTICS);
	norm->gradient_by_producer = phases_take(before->kernel->backward, NORM_GRADIENT);
	before->statistics_of = norm->statistics_by_producer ? norm : NULL;
	before->gradient_through = norm->gradient_by_producer ? norm : NULL;
}

void plan_normalise(struct builder *b)
{
	for (int i = 0; i < b->plan->n_trained; i++) {
		struct group *g = &b->plan->groups[i];
		if (!g->kernel->left_to_neighbours)
			continue;
		if (all_consumers_can(b->plan, g->out))
			leave_to_consumers(b->plan, g);
		leave_to_producer(b->plan, g);
	}
}
