/* The three schedules: a training step, what is made once before evaluations, and an evaluation. They read what the passes
 * decided, and decide nothing. */
#include "passes.h"
#include "tables.h"

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
		s->side_stream = b->purpose == TRAIN && b->plan->target->whole_batches;      /* the step does not wait for it */
		build_group(b, s, loss);
		bind_value(b, s, OUTPUTS, plan_output(loss));
		if (s->domain == DOMAIN_SAMPLE)
			bind_argument(s, LABEL);
		bind_argument(s, METRIC)->number = m;
	}
}

static void add_predictions(struct builder *b, const struct group *loss)
{
	struct step *s = add_plain_step(b, "predict", "copy", "predict");
	build_group(b, s, loss);
	bind_value(b, s, OUTPUTS, plan_output(loss));
	if (s->domain != DOMAIN_SAMPLE)
		return;
	bind_argument(s, WORK);
	bind_argument(s, SAMPLE);
}

static void forward(struct builder *b, const struct group *g, const struct phase *phases)
{
	build_forward(b, g, phases);
	if (g->ops[g->n - 1]->type != &op_loss)
		return;
	add_metrics(b, g);
	b->steps[b->n - 1].sums = true;
}

/* Gradients that are sums a slot become one by adding the slots in order. */
static void add_merge(struct builder *b, const struct parameter *p, bool side_stream)
{
	static const unsigned short takes[] = {WORK, MERGED_SUMS, MERGED_GRADIENT, NO_ROLE};
	const bool whole = b->plan->target->whole_batches;
	if (!p || !b->sums[p->index])
		return;
	struct step *s = build_step(b, build_template(b, "merge", "merge"), "merge", whole ? DOMAIN_ELEMENTS : DOMAIN_TILE);
	s->merged = p;
	s->side_stream = side_stream;
	s->tiles = whole ? "{{count}}" : "({{count}} + 4095) / 4096";
	bind_roles(b, s, NULL, whole ? takes + 1 : takes);
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
	const struct group *before = g->n_in ? plan_producer(b->plan, g->in[0]) : NULL;
	if (!plan_backward_needed(g))
		return;
	if (before && before->recompute)
		build_again(b, before);
	build_phases(b, g, g->kernel->backward, "backward");
	build_phases(b, g, g->kernel->side_stream, "backward");
	if (!b->plan->target->whole_batches)
		return;
	for (int i = 0; i < g->n_parameters; i++)
		add_merge(b, g->parameters[i], b->steps[b->n - 1].side_stream);
	add_reduction(b, g);
}

struct schedule plan_train_schedule(struct builder *b)
{
	const struct plan *p = b->plan;
	build_begin(b, TRAIN);
	for (int i = 0; i < p->n_trained; i++)
		build_phases(b, &p->groups[i], p->groups[i].kernel->pack, "pack");
	for (int i = 0; i < p->n_trained; i++)
		if (!p->groups[i].made_by_producer[TRAIN])
			forward(b, &p->groups[i], p->groups[i].kernel->forward);
	for (int i = p->n_trained - 1; i >= 0; i--)
		backward(b, &p->groups[i]);
	for (int i = 0; i < p->n_trained; i++)
		if (plan_backward_needed(&p->groups[i]))
			build_phases(b, &p->groups[i], p->groups[i].kernel->finish, "finish");
	for (int i = 0; i < p->graph->n_parameters && !p->target->whole_batches; i++)
		add_merge(b, p->graph->parameters[i], false);
	return build_end(b);
}

struct schedule plan_prepare_schedule(struct builder *b)
{
	const struct plan *p = b->plan;
	build_begin(b, PREPARE);
	for (int i = 0; i < p->n_evaluated; i++) {
		build_phases(b, p->evaluated[i], p->evaluated[i]->kernel->pack, "pack");
		build_phases(b, p->evaluated[i], p->evaluated[i]->kernel->prepare, "prepare");
	}
	return build_end(b);
}

struct schedule plan_evaluate_schedule(struct builder *b)
{
	const struct plan *p = b->plan;
	build_begin(b, EVALUATE);
	for (int i = 0; i < p->n_evaluated; i++) {
		const struct group *g = p->evaluated[i];
		const bool loss = g->ops[g->n - 1]->type == &op_loss;
		if (g->made_by_producer[EVALUATE])
			continue;
		if (loss && g->n == 1)                  /* while the outputs are in the cache */
			add_predictions(b, g);
		forward(b, g, g->kernel->evaluate[0].name ? g->kernel->evaluate : g->kernel->forward);
		if (loss && g->n > 1)
			add_predictions(b, g);
	}
	return build_end(b);
}
