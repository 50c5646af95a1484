/* What backward need not keep: values that cost less to make again, and gradients that are the same numbers as another. */
#include <string.h>
#include "plan_build.h"

const struct group *plan_group_of(const struct plan *p, const struct op *op)
{
	const struct group *g = op && p->group_of ? p->group_of[op->index] : NULL;
	for (int k = 0; g && k < g->n; k++)             /* evaluation's own operations have the numbers of training's */
		if (g->ops[k] == op)
			return g;
	return NULL;
}

/* ---- values made again ---- */

static bool by_samples(const struct phase *phases)
{
	while (phases->name && phases->domain == DOMAIN_SAMPLE)
		phases++;
	return !phases->name;
}

/* In one pass with the group that takes it, the value never leaves the thread's cache. */
bool plan_makes_again(const struct plan *p, const struct group *g)
{
	const struct group *next = g->out && g->out->n_consumers == 1 ? plan_group_of(p, g->out->consumers[0]) : NULL;
	return g->kernel->made_again && g->kernel->made_again(g) && !plan_left_to(p, g, "n0") && next
		&& by_samples(next->kernel->forward) && by_samples(next->kernel->backward) && strstr(next->kernel->backward[0].args, " x0 ");
}

/* ---- gradients that are one ---- */

/* The gradient of input i could be the output's in place: nobody has written it yet, and it is added to once. */
static bool is_candidate(const struct builder *b, const struct group *g, int i)
{
	const struct tensor *t = g->in[i];
	if (!t->needs_gradient || t->view || b->written[t->index])
		return false;
	for (int k = 0; k < g->n_in; k++)
		if (k != i && plan_storage(g->in[k]) == t)
			return false;
	return true;
}

/* The last group that reads the gradient of t in backward: that which made it, or what stands before batch normalization */
static const struct group *reader_of(const struct plan *p, const struct tensor *t)
{
	const struct group *g = plan_group_of(p, t->producer);
	return plan_left_to(p, g, "np") ? plan_group_of(p, g->in[0]->producer) : g;
}

/* Backward goes from the last group to the first. Whether whatever else writes t's gradient comes behind what reads other's. */
static bool is_written_behind(const struct plan *p, const struct group *g, const struct tensor *t, const struct tensor *other)
{
	const struct group *reader = reader_of(p, other), *producer = plan_group_of(p, t->producer);
	if (producer->kernel->changes_gradient && producer->n > 1 && producer->index >= reader->index)
		return false;
	for (int k = 0; k < t->n_consumers; k++) {
		const struct group *writer = plan_group_of(p, t->consumers[k]);
		if (writer != g && (!writer || writer->index >= reader->index))
			return false;
	}
	return true;
}

bool plan_shares_gradient(const struct builder *b, const struct group *g, int i)
{
	if (!g->kernel->shares_gradient || !is_candidate(b, g, i))
		return false;
	for (int k = 0; k < g->n_in; k++)
		if (k != i && is_candidate(b, g, k) && !(is_written_behind(b->plan, g, g->in[i], g->in[k])
			&& is_written_behind(b->plan, g, g->in[k], g->in[i])))
			return false;
	return true;
}
