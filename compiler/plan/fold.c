/* The pass `fold`: evaluation's groups. They are those of training, but where a batch normalization is all that takes a linear
 * operation's output: there the target's kernel `fold` makes normalised weights for the linear operation, and what follows the
 * batch normalization follows that operation. */
#include <string.h>
#include "passes.h"

/* The group of the batch normalization that g's weights can take, or NULL. */
static const struct group *normalised_by(const struct plan *p, const struct group *g)
{
	const struct op *next = g->out && g->out->n_consumers == 1 ? g->out->consumers[0] : NULL;
	const bool possible = !p->options.reference && p->target->fold;
	if (!possible || g->n != 1 || !g->ops[0]->type->linear || !next || next->type != &op_normalise
		|| next->attributes[SLICE_INNER] != 1)
		return NULL;
	return p->group_of[next->index];
}

/* The group that makes the weights. */
static struct group *add_fold(struct builder *b, const struct group *linear, const struct group *normal)
{
	struct group *g = &b->plan->groups[b->plan->n_groups];
	*g = *normal;
	g->index = b->plan->n_groups++;
	g->kernel = b->plan->target->fold;
	g->prefix = "F";
	g->n = 1;
	g->n_parameters = GROUP_PARAMETERS;
	memcpy(g->parameters, linear->ops[0]->parameters, sizeof *g->parameters * 2);
	memcpy(g->parameters + 2, normal->ops[0]->parameters, sizeof *g->parameters * 4);
	memset(&g->buffers, 0, sizeof g->buffers);
	g->kernel->size(g, &g->buffers);
	return g;
}

/* op with the output of batch normalization, and a bias. */
static const struct op *folded_op(struct builder *b, const struct op *op, const struct op *normal)
{
	struct op *x = ARENA_NEW(b->arena, struct op);
	struct parameter *bias = ARENA_NEW(b->arena, struct parameter);
	*bias = (struct parameter){.layer = op->layer, .name = "bias", .count = normal->attributes[SLICE_LENGTH], .index = -1};
	*x = *op;
	x->out = normal->out;
	x->parameters[1] = bias;
	x->n_parameters = 2;
	return x;
}

static void evaluate_group(struct plan *p, struct group *g)
{
	p->evaluated[p->n_evaluated++] = g;
}

static void add_folded(struct builder *b, const struct group *linear, const struct group *normal)
{
	const struct op *chain[GROUP_OPS];
	struct group *folded = add_fold(b, linear, normal);
	evaluate_group(b->plan, folded);
	memcpy(chain, normal->ops, sizeof chain);
	chain[0] = folded_op(b, linear->ops[0], normal->ops[0]);
	for (int i = 0; i < normal->n;) {
		struct group *g = plan_add_group(b, chain + i, normal->n - i);
		g->prefix = "E";
		g->folded = i == 0 ? folded : NULL;
		evaluate_group(b->plan, g);
		i += g->n;
	}
}

void plan_fold(struct builder *b)
{
	struct plan *p = b->plan;
	bool *done = ARENA_ARRAY(b->arena, bool, p->n_trained);
	p->evaluated = ARENA_ARRAY(b->arena, struct group *, 2 * p->graph->n_ops);
	for (int i = 0; i < p->n_trained; i++) {
		struct group *g = &p->groups[i];
		const struct group *normal = normalised_by(p, g);
		if (done[i])
			continue;
		if (normal) {
			add_folded(b, g, normal);
			done[normal->index] = true;
		} else
			evaluate_group(p, g);
	}
}
