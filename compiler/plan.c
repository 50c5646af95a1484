/* Chooses a kernel for each group of operations and orders their phases into the schedules. Cannot fail: graph has
 * checked that everything has a kernel; what goes wrong here is a bug. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "memory.h"
#include "plan_build.h"
#include "tables.h"

static void __attribute__((noreturn)) bug(const char *what, const char *name)
{
	fprintf(stderr, "trainc: plan: internal error: %s '%s'\n", what, name);
	abort();
}

struct tensor *plan_storage(struct tensor *t)
{
	while (t->view)
		t = t->producer->in[0];
	return t;
}

/* ---- groups ---- */

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

static const struct kernel *cheapest(const struct plan *p, const struct op *const *chain, int n, enum precision precision,
	int *covered)
{
	const struct kernel *best = NULL;
	double best_gain = -1;
	for (const struct kernel *const *k = p->target->kernels; *k; k++) {
		const bool out = (*k)->precision != precision || (p->options.reference && !(*k)->reference)
			|| (p->options.no_libraries && (*k)->library) || (!p->options.openblas && (*k)->openblas)
			|| (!p->options.amx && (*k)->amx);
		int c = out ? 0 : (*k)->covers(chain, n);
		double gain = (1 - (*k)->cost) * c;
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
	g->out = chain[covered - 1]->out;
	g->n_parameters = chain[0]->n_parameters;
	memcpy(g->parameters, chain[0]->parameters, sizeof chain[0]->parameters);
	if (k->size)
		k->size(g, &g->buffers);
	return g;
}

static void index_groups(struct builder *b)
{
	struct plan *p = b->plan;
	p->n_trained = p->n_groups;
	p->group_of = ARENA_ARRAY(b->arena, const struct group *, p->graph->n_ops);
	for (int i = 0; i < p->n_trained; i++)
		for (int k = 0; k < p->groups[i].n; k++)
			p->group_of[p->groups[i].ops[k]->index] = &p->groups[i];
}

static void make_groups(struct builder *b)
{
	const struct graph *graph = b->plan->graph;
	bool *done = ARENA_ARRAY(b->arena, bool, graph->n_ops);
	b->plan->groups = ARENA_ARRAY(b->arena, struct group, 2 * graph->n_ops);       /* twice: evaluation has some of its own */
	for (int i = 0; i < graph->n_ops; i++) {
		const struct op *chain[GROUP_OPS], *op = graph->ops[i];
		if (done[op->index] || (op->out && op->out->view))
			continue;
		const struct group *g = plan_add_group(b, chain, chain_from(op, chain));
		for (int k = 0; k < g->n; k++)
			done[chain[k]->index] = true;
	}
	index_groups(b);
	plan_fold(b);
}

/* ---- schedules ---- */

static bool backward_needed(const struct group *g)
{
	return !g->out || g->out->needs_gradient;
}

/* A step that no kernel's row has, once a sample. Whole batches find what they need in work. */
static struct step *add_plain_step(struct builder *b, const char *folder, const char *name, const char *what)
{
	const bool whole = b->plan->target->whole_batches;
	struct step *s = build_step(b, build_template(b, folder, name), what, whole ? DOMAIN_ELEMENTS : DOMAIN_SAMPLE);
	if (whole)
		s->tiles = "n";
	return s;
}

static void add_metrics(struct builder *b, const struct group *loss)
{
	const struct spec *spec = b->plan->graph->spec;
	for (int m = 0; m < spec->n_metrics; m++) {
		const struct metric_type *type = (const struct metric_type *)spec->metrics[m]->row;
		struct step *s = add_plain_step(b, "metric", type->template, "metric");
		s->metric = &type->row;
		s->aside = b->trace && b->plan->target->whole_batches;      /* in training, which does not wait for it */
		s->group = loss;
		build_value(b, s, plan_output(loss));
		if (s->domain == DOMAIN_SAMPLE)
			build_plain(s, ARGUMENT_LABEL, 0);
		build_plain(s, ARGUMENT_METRIC, m);
	}
}

static void add_predictions(struct builder *b, const struct group *loss)
{
	struct step *s = add_plain_step(b, "predict", "copy", "predict");
	s->group = loss;
	build_value(b, s, plan_output(loss));
	if (s->domain != DOMAIN_SAMPLE)
		return;
	build_plain(s, ARGUMENT_WORK, 0);
	build_plain(s, ARGUMENT_INDEX, 0);
}

static void forward(struct builder *b, const struct group *g, const struct phase *phases)
{
	build_phases(b, g, phases, "forward");
	if (g->ops[g->n - 1]->type != &op_loss)
		return;
	add_metrics(b, g);
	b->steps[b->n - 1].sums = true;
}

/* Gradients that are sums a slot become one by adding the slots in order. */
static void add_merge(struct builder *b, const struct parameter *p, bool aside)
{
	const bool whole = b->plan->target->whole_batches;
	struct buffer *sums = p ? b->sums[p->index] : NULL;
	if (!sums)
		return;
	struct step *s = build_step(b, build_template(b, "merge", "merge"), "merge", whole ? DOMAIN_ELEMENTS : DOMAIN_TILE);
	s->merged = p;
	s->aside = aside;
	s->tiles = whole ? "{{count}}" : "({{count}} + 4095) / 4096";
	if (!whole)
		build_plain(s, ARGUMENT_WORK, 0);
	build_buffer(s, sums);
	build_buffer(s, build_parameter(b, p, ARENA_GRADIENTS));
}

enum { BUCKET = 1 << 18 };                  /* reals: a megabyte keeps the GPUs' links busy */

/* Gradients become whole from the last layer to the first. Those from some offset on, if they are many or all, can be added
 * up over the GPUs while the layers before are still at work. */
static void add_reduction(struct builder *b, const struct group *g)
{
	const struct graph *graph = b->plan->graph;
	long from = 0;
	for (int i = 0; i < g->n_parameters; i++)
		if (g->parameters[i])
			b->whole[g->parameters[i]->index] = true;
	for (int i = 0; i < graph->n_parameters; i++) {
		const struct parameter *p = graph->parameters[i];
		if (p->trainable && !b->whole[i] && p->offset + p->count > from)
			from = p->offset + p->count;
	}
	if (b->reduced - from < BUCKET && (from > 0 || b->reduced == 0))
		return;
	b->steps[b->n - 1].reduce_from = from;
	b->steps[b->n - 1].reduce_count = b->reduced - from;
	b->reduced = from;
}

static void backward(struct builder *b, const struct group *g)
{
	const struct group *above = g->n_in ? plan_group_of(b->plan, g->in[0]->producer) : NULL;
	if (!backward_needed(g))
		return;
	if (above && plan_makes_again(b->plan, above))
		build_again(b, above);
	build_phases(b, g, g->kernel->backward, "backward");
	build_phases(b, g, g->kernel->aside, "backward");
	if (!b->plan->target->whole_batches)
		return;
	for (int i = 0; i < g->n_parameters; i++)
		add_merge(b, g->parameters[i], b->steps[b->n - 1].aside);
	add_reduction(b, g);
}

static struct schedule train_schedule(struct builder *b)
{
	const struct plan *p = b->plan;
	build_begin(b, "");
	b->training = true;
	for (int i = 0; i < p->n_trained; i++)
		build_phases(b, &p->groups[i], p->groups[i].kernel->pack, "pack");
	b->trace = true;
	for (int i = 0; i < p->n_trained; i++)
		if (!plan_sum_is_made(b, &p->groups[i]))
			forward(b, &p->groups[i], p->groups[i].kernel->forward);
	b->trace = false;
	for (int i = p->n_trained - 1; i >= 0; i--)
		backward(b, &p->groups[i]);
	for (int i = 0; i < p->n_trained; i++)
		if (backward_needed(&p->groups[i]))
			build_phases(b, &p->groups[i], p->groups[i].kernel->finish, "finish");
	for (int i = 0; i < p->graph->n_parameters && !p->target->whole_batches; i++)
		add_merge(b, p->graph->parameters[i], false);
	b->training = false;
	return build_end(b);
}

static struct schedule prepare_schedule(struct builder *b)
{
	const struct plan *p = b->plan;
	build_begin(b, "E");
	b->forward_only = true;
	for (int i = 0; i < p->n_evaluated; i++) {
		build_phases(b, p->evaluated[i], p->evaluated[i]->kernel->pack, "pack");
		build_phases(b, p->evaluated[i], p->evaluated[i]->kernel->prepare, "prepare");
	}
	return build_end(b);
}

static struct schedule evaluate_schedule(struct builder *b)
{
	const struct plan *p = b->plan;
	build_begin(b, "E");
	for (int i = 0; i < p->n_evaluated; i++) {
		const struct group *g = p->evaluated[i];
		const bool loss = g->ops[g->n - 1]->type == &op_loss;
		if (plan_sum_is_made(b, g))
			continue;
		if (loss && g->n == 1)                  /* while the outputs are in the cache */
			add_predictions(b, g);
		forward(b, g, g->kernel->evaluate[0].name ? g->kernel->evaluate : g->kernel->forward);
		if (loss && g->n > 1)
			add_predictions(b, g);
	}
	return build_end(b);
}

static struct plan *make(struct arena *a, const struct graph *g, const struct plan_options *o)
{
	struct plan *p = ARENA_NEW(a, struct plan);
	struct builder b = {.arena = a, .plan = p};
	p->graph = g;
	p->target = o->target ? o->target : &target_cpu;
	p->options = *o;
	make_groups(&b);
	b.packs = ARENA_ARRAY(a, struct buffer *, p->n_groups * KERNEL_BUFFERS);
	p->train = train_schedule(&b);
	p->prepare = prepare_schedule(&b);
	p->evaluate = evaluate_schedule(&b);
	memory_fixed(&b);
	for (int i = 0; i < ARENAS; i++)
		p->size[i] = p->train.size[i] > p->evaluate.size[i] ? p->train.size[i] : p->evaluate.size[i];
	p->size[ARENA_FIXED] = b.fixed;
	return p;
}

static bool uses_amx(const struct plan *p)
{
	for (int i = 0; i < p->n_groups; i++)
		if (p->groups[i].kernel->amx)
			return true;
	return false;
}

const struct plan *plan_make(struct arena *a, const struct graph *g, const struct plan_options *o)
{
	struct plan_options with_amx = *o;
	struct plan *p = make(a, g, o);
	if (!p->target->amx_files || g->spec->precision == PRECISION_FLOAT32)        /* AMX multiplies bfloat16 */
		return p;
	with_amx.amx = true;
	p->amx = make(a, g, &with_amx);
	if (!uses_amx(p->amx))
		p->amx = NULL;
	return p;
}
