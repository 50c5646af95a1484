/* Batch normalization's own passes over memory, left to its neighbours in training: whoever takes its output reads its input
 * through it (the roles n0, n*), what stands before makes its statistics of its own output (nk) and takes the gradient of that
 * through it (np). */
#include <string.h>
#include "plan_build.h"

static bool has_role(const struct phase *phase, const char *role)
{
	const size_t length = strlen(role);
	for (const char *at = phase->args; (at = strstr(at, role)); at += length)
		if ((at == phase->args || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

bool plan_has_role(const struct phase *phases, const char *role)
{
	for (; phases->name; phases++)
		if (has_role(phases, role))
			return true;
	return false;
}

/* Every phase that takes x0 (or all inputs) takes n0, too. */
static bool all_read_through(const struct phase *phases)
{
	for (; phases->name; phases++)
		if ((has_role(phases, "x0") && !has_role(phases, "n0")) || (has_role(phases, "x*") && !has_role(phases, "n*")))
			return false;
	return true;
}

static bool reads_through(const struct kernel *k)
{
	const bool some = plan_has_role(k->forward, "n0") || plan_has_role(k->forward, "n*");
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

bool plan_left_to(const struct plan *p, const struct group *g, const char *role)
{
	if (!g->kernel->left_to_neighbours)
		return false;
	if (!strcmp(role, "n0"))
		return all_consumers_read_through(p, g->out);
	const struct group *before = only_producer(p, g);
	return before && plan_has_role(!strcmp(role, "nk") ? before->kernel->forward : before->kernel->backward, role);
}

bool plan_leaves_out(const struct plan *p, const struct group *g, const struct phase *phase)
{
	static const struct { const char *phase, *role; } left[] = {{"statistics", "nk"}, {"forward", "n0"}, {"data", "np"}};
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		if (!strcmp(phase->name, left[i].phase))
			return plan_left_to(p, g, left[i].role);
	return false;
}

const struct group *plan_read_through(const struct plan *p, const struct group *g, int i)
{
	const struct group *before = g->in[i]->producer ? plan_group_of(p, g->in[i]->producer) : NULL;
	return before && plan_left_to(p, before, "n0") ? before : NULL;
}

const struct group *plan_normalised_behind(const struct plan *p, const struct group *g, const char *role)
{
	const struct group *behind = g->out && g->out->n_consumers == 1 ? plan_group_of(p, g->out->consumers[0]) : NULL;
	return behind && plan_left_to(p, behind, role) ? behind : NULL;
}
