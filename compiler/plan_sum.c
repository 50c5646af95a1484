/* Sums left to the kernel before them: it adds the other inputs to its output in registers, and applies the sum's activation. */
#include "plan_build.h"

static int count_of(const struct builder *b)
{
	return b->training ? b->plan->n_trained : b->plan->n_evaluated;
}

static const struct group *group_at(const struct builder *b, int i)
{
	return b->training ? &b->plan->groups[i] : b->plan->evaluated[i];
}

/* Where in the schedule what makes t comes; -1: before everything */
static int place_of(const struct builder *b, struct tensor *t)
{
	int i = count_of(b) - 1;
	while (i >= 0 && group_at(b, i)->out != plan_storage(t))
		i--;
	return i;
}

/* All inputs of the sum but t are there as they are when t is made. */
static bool others_are_there(const struct builder *b, const struct group *sum, struct tensor *t)
{
	for (int i = 0; i < sum->n_in; i++) {
		if (b->training && plan_read_through(b->plan, sum, i))
			return false;
		if (sum->in[i] != t && place_of(b, sum->in[i]) >= place_of(b, t))
			return false;
	}
	return true;
}

const struct group *plan_sum_behind(const struct builder *b, const struct group *g)
{
	const bool alone = g->n == 1 && g->out && g->out->n_consumers == 1 && phases_take(g->kernel->forward, ADDENDS);
	const struct group *sum = alone ? plan_group_of(b->plan, g->out->consumers[0]) : NULL;
	return sum && sum->kernel == &add && others_are_there(b, sum, g->out) ? sum : NULL;
}

bool plan_sum_is_made(const struct builder *b, const struct group *g)
{
	for (int i = 0; g->kernel == &add && i < g->n_in; i++) {
		const int place = place_of(b, g->in[i]);
		if (place >= 0 && group_at(b, place)->out == g->in[i] && plan_sum_behind(b, group_at(b, place)) == g)
			return true;
	}
	return false;
}
