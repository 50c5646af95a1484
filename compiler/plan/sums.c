/* The pass `sums`: the kernel of the last group before a sum of tensors makes that sum, with its activation (role ADDENDS): it
 * adds the other inputs to its output while that is in registers. Training and evaluation have different groups, so the pass
 * decides for each. */
#include "passes.h"

struct order {
	const struct plan *plan;
	enum purpose purpose;
	int *place;                 /* [tensor]: where in the schedule the group stands that makes it; -1: before everything */
};

static int place_of(const struct order *o, struct tensor *t)
{
	return o->place[plan_storage(t)->index];
}

/* All inputs of the sum but t are there, as they are, when t is made. */
static bool others_are_there(const struct order *o, const struct group *sum, struct tensor *t)
{
	for (int i = 0; i < sum->n_in; i++) {
		if (o->purpose == TRAIN && sum->input_norms[i])
			return false;
		if (sum->in[i] != t && place_of(o, sum->in[i]) >= place_of(o, t))
			return false;
	}
	return true;
}

static void choose_sum(const struct order *o, struct group *g)
{
	struct group *sum = g->n == 1 && phases_take(g->kernel->forward, ADDENDS) ? plan_only_consumer(o->plan, g) : NULL;
	if (!sum || !sum->kernel->left_to_producer || !others_are_there(o, sum, g->out))
		return;
	g->sum[o->purpose] = sum;
	sum->made_by_producer[o->purpose] = true;
}

static void choose_sums(struct builder *b, enum purpose purpose)
{
	struct plan *p = b->plan;
	struct order o = {p, purpose, ARENA_ARRAY(b->arena, int, p->graph->n_tensors + 1)};
	for (int i = 0; i < p->graph->n_tensors; i++)
		o.place[i] = -1;
	for (int i = 0; i < plan_count(p, purpose); i++)
		if (plan_group(p, purpose, i)->out)
			o.place[plan_group(p, purpose, i)->out->index] = i;
	for (int i = 0; i < plan_count(p, purpose); i++)
		choose_sum(&o, plan_group(p, purpose, i));
}

void plan_sums(struct builder *b)
{
	choose_sums(b, TRAIN);
	choose_sums(b, EVALUATE);
}
