/* The pass `keep`: what backward need not keep. Values that are cheaper to compute a second time than to store and load, and
 * gradients that are the same numbers as another gradient and share its memory. */
#include "passes.h"

/* ---- values that are computed a second time ---- */

static bool by_samples(const struct phase *phases)
{
	while (phases->name && phases->domain == DOMAIN_SAMPLE)
		phases++;
	return !phases->name;
}

/* In one pass with the group that takes it, the value never leaves the thread's cache. */
static bool is_recomputed(const struct plan *p, const struct group *g)
{
	const struct kernel *k = g->kernel;
	const struct group *next = plan_only_consumer(p, g);
	return k->recomputes && k->recomputes(g) && !g->applied_by_consumers && next && by_samples(next->kernel->forward)
		&& by_samples(next->kernel->backward) && phase_takes(&next->kernel->backward[0], X);
}

/* ---- gradients that are one ---- */

/* Whether the gradient of input i could be the output's, in its place: no group after this one has written it, and this one adds
 * to it once. written: [tensor], by groups after this one. */
static bool is_candidate(const struct group *g, int i, const bool *written)
{
	const struct tensor *t = g->in[i];
	if (!t->needs_gradient || t->view || written[t->index])
		return false;
	for (int k = 0; k < g->n_in; k++)
		if (k != i && plan_storage(g->in[k]) == t)
			return false;
	return true;
}

/* The last group, in backward's order, that reads t's gradient: its producer, or the group before that if t's gradient goes
 * through a batch normalization there. */
static const struct group *last_reader(const struct plan *p, const struct tensor *t)
{
	const struct group *g = plan_producer(p, t);
	return g->gradient_by_producer ? plan_producer(p, g->in[0]) : g;
}

/* Whether every other group that writes t's gradient runs, in backward's order, after the last group that reads other's. */
static bool is_written_after(const struct plan *p, const struct group *g, const struct tensor *t, const struct tensor *other)
{
	const struct group *reader = last_reader(p, other), *producer = plan_producer(p, t);
	if (producer->kernel->in_place_dy && producer->n > 1 && producer->index >= reader->index)
		return false;
	for (int k = 0; k < t->n_consumers; k++) {
		const struct group *writer = p->group_of[t->consumers[k]->index];
		if (writer != g && (!writer || writer->index >= reader->index))
			return false;
	}
	return true;
}

static bool is_same_gradient(const struct plan *p, const struct group *g, int i, const bool *written)
{
	if (!g->kernel->shares_gradient || !is_candidate(g, i, written))
		return false;
	for (int k = 0; k < g->n_in; k++)
		if (k != i && is_candidate(g, k, written) && !(is_written_after(p, g, g->in[i], g->in[k])
			&& is_written_after(p, g, g->in[k], g->in[i])))
			return false;
	return true;
}

/* In backward's order: from the last group to the first */
static void choose_same_gradients(struct builder *b)
{
	const struct plan *p = b->plan;
	bool *written = ARENA_ARRAY(b->arena, bool, p->graph->n_tensors + 1);
	for (int i = p->n_trained - 1; i >= 0; i--) {
		struct group *g = &p->groups[i];
		if (!plan_backward_needed(g))
			continue;
		for (int k = 0; k < g->n_in; k++)
			g->same_gradient[k] = is_same_gradient(p, g, k, written);
		for (int k = 0; k < g->n_in; k++)
			if (g->in[k]->needs_gradient)
				written[plan_storage(g->in[k])->index] = true;
	}
}

void plan_keep(struct builder *b)
{
	for (int i = 0; i < b->plan->n_trained; i++)
		b->plan->groups[i].recompute = is_recomputed(b->plan, &b->plan->groups[i]);
	choose_same_gradients(b);
}
