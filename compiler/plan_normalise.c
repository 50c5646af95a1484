/* Batch normalization's own passes over memory, left to its neighbours in training: whoever takes its output reads its input
 * through it (the roles NORM_IN, NORMS_IN), what stands before makes its statistics of its own output (NORM_STATISTICS) and takes the
 * gradient of that through it (NORM_GRADIENT). */
#include "plan_build.h"

/* Every phase that takes an input can read it through batch normalization. */
static bool all_read_through(const struct phase *phases)
{
	for (; phases->name; phases++)
		if ((phase_takes(phases, X) && !phase_takes(phases, NORM_IN)) || (phase_takes(phases, INPUTS) && !phase_takes(phases, NORMS_IN)))
			return false;
	return true;
}

static bool reads_through(const struct kernel *k)
{
	const bool some = phases_take(k->forward, NORM_IN) || phases_take(k->forward, NORMS_IN);
	return some && all_read_through(k->forward) && all_read_through(k->backward);
}

static bool all_consumers_read_through(const struct plan *p, const struct tensor *t)
{
	for (int i = 0; i < t->n_consumers; i++) {
		const struct group *g = plan_group_of(p, t->consumers[i]);
		if (!g || !reads_through(g->kernel))
			return false;
	}
	return t->n_consumers > 0;
}

/* The group before g, whose output only g takes; NULL: something else */
static const struct group *only_producer(const struct plan *p, const struct group *g)
{
	const struct tensor *x = g->in[0];
	return x->producer && x->n_consumers == 1 ? plan_group_of(p, x->producer) : NULL;
}

bool plan_left_to(const struct plan *p, const struct group *g, enum role role)
{
	if (!g->kernel->left_to_neighbours)
		return false;
	if (role == NORM_IN)
		return all_consumers_read_through(p, g->out);
	const struct group *before = only_producer(p, g);
	return before && phases_take(role == NORM_STATISTICS ? before->kernel->forward : before->kernel->backward, role);
}

bool plan_leaves_out(const struct plan *p, const struct group *g, const struct phase *phase)
{
	return phase->replaced_by && plan_left_to(p, g, phase->replaced_by);
}

const struct group *plan_read_through(const struct plan *p, const struct group *g, int i)
{
	const struct group *before = g->in[i]->producer ? plan_group_of(p, g->in[i]->producer) : NULL;
	return before && plan_left_to(p, before, NORM_IN) ? before : NULL;
}

const struct group *plan_normalised_behind(const struct plan *p, const struct group *g, enum role role)
{
	const struct group *behind = g->out && g->out->n_consumers == 1 ? plan_group_of(p, g->out->consumers[0]) : NULL;
	return behind && plan_left_to(p, behind, role) ? behind : NULL;
}
