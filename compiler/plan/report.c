/* The plan as text: --dump=plan, and the memory that summary shows. */
#include <string.h>
#include "plan.h"

static const char *const arena_names[] = {"sample", "slot", "thread", "once", "weights", "gradients"};

static const char *const domain_names[] = {[DOMAIN_SAMPLE] = "samples", [DOMAIN_SLOT] = "slots", [DOMAIN_TILE] = "tiles",
	[DOMAIN_ELEMENTS] = "elements", [DOMAIN_BLOCKS] = "blocks", [DOMAIN_LIBRARY] = "library"};

static void dump_schedule(FILE *out, const char *name, const struct schedule *s)
{
	fprintf(out, "%s: %d steps, %d passes\n", name, s->n, s->n_segments);
	for (int g = 0; g < s->n_segments; g++) {
		fprintf(out, "  %s\n", domain_names[s->segments[g].domain]);
		for (int i = s->segments[g].first; i < s->segments[g].first + s->segments[g].n; i++) {
			const struct step *step = &s->steps[i];
			fprintf(out, "    %3d %-8s %s", i, step->what, step->template);
			for (int k = 0; k < step->n_arguments; k++)
				if (step->arguments[k].buffer)
					fprintf(out, " %s", step->arguments[k].buffer->name);
			fprintf(out, "\n");
		}
	}
	for (int i = 0; i < s->n_buffers; i++) {
		const struct buffer *x = s->buffers[i];
		fprintf(out, "  %-32s %-8s at %8ld size %8ld steps %d-%d\n", x->name, arena_names[x->arena], x->offset, x->size,
			x->first, x->last);
	}
}

/* ---- what each pass decided ---- */

static const char *group_name(const struct group *g)
{
	return g->out ? g->out->name : "loss";
}

static void show_match(FILE *out, const struct plan *p, const struct group *g)
{
	(void)p;
	fprintf(out, "group %d: %s covers", g->index, g->kernel->name);
	for (int k = 0; k < g->n; k++)
		fprintf(out, " %s(%s)", g->ops[k]->type->name, g->ops[k]->layer ? g->ops[k]->layer->name : "");
	fprintf(out, "\n");
}

static void show_fold(FILE *out, const struct plan *p, const struct group *g)
{
	if (g->folded)
		fprintf(out, "%s: evaluated with weights that a batch normalization went into\n", group_name(g));
	else if (g->index >= p->n_trained)
		show_match(out, p, g);
}

static void show_normalise(FILE *out, const struct plan *p, const struct group *g)
{
	(void)p;
	if (g->applied_by_consumers)
		fprintf(out, "%s: applied by the groups that take it\n", group_name(g));
	if (g->statistics_of)
		fprintf(out, "%s: makes the statistics of %s\n", group_name(g), group_name(g->statistics_of));
	if (g->gradient_through)
		fprintf(out, "%s: takes the gradient of %s through it\n", group_name(g), group_name(g->gradient_through));
}

static void show_sums(FILE *out, const struct plan *p, const struct group *g)
{
	static const char *const purposes[] = {[TRAIN] = "training", [PREPARE] = "preparation", [EVALUATE] = "evaluation"};
	(void)p;
	for (int i = 0; i < PURPOSES; i++)
		if (g->sum[i])
			fprintf(out, "%s: makes the sum %s in %s\n", group_name(g), group_name(g->sum[i]), purposes[i]);
}

static void show_keep(FILE *out, const struct plan *p, const struct group *g)
{
	(void)p;
	if (g->recompute)
		fprintf(out, "%s: computed a second time in backward\n", group_name(g));
	for (int i = 0; i < g->n_in; i++)
		if (g->same_gradient[i])
			fprintf(out, "%s: the gradient of %s is its own, in the same memory\n", group_name(g), g->in[i]->name);
}

static const struct { const char *pass; void (*show)(FILE *out, const struct plan *p, const struct group *g); } shows[] = {
	{"match", show_match}, {"fold", show_fold}, {"normalise", show_normalise}, {"sums", show_sums}, {"keep", show_keep},
};

void plan_dump(FILE *out, const struct plan *p, const char *pass)
{
	for (size_t k = 0; k < sizeof shows / sizeof *shows; k++)
		for (int i = 0; i < p->n_groups && (!pass || !strcmp(pass, shows[k].pass)); i++)
			shows[k].show(out, p, &p->groups[i]);
	if (pass)
		return;
	dump_schedule(out, "train", &p->train);
	dump_schedule(out, "prepare", &p->prepare);
	dump_schedule(out, "evaluate", &p->evaluate);
}

const char *plan_narrow_layers(struct arena *a, const struct plan *p)
{
	struct text t = {.arena = a};
	for (int i = 0; i < p->n_trained; i++)
		if (p->groups[i].kernel->precision != PRECISION_FLOAT32)
			text_format(&t, "%s%s", t.size ? ", " : "", p->groups[i].ops[0]->layer->name);
	return t.size ? t.text : "";
}

/* ---- memory ---- */

/* What the process itself takes, with HDF5's library, which writes the models once for a try at the start; and what writing
 * models takes for each of their weights, and at least: measured on Debian 12, x86-64. */
static const double PROCESS_MIB = 13.5, EXPORT_REALS = 5, EXPORT_MIB = 1;

static double mib(double reals)
{
	return reals * 4 / (1 << 20);
}

static int optimizer_states(const struct spec *s)
{
	const char *const *states = ((const struct optimizer_type *)s->optimizer->row)->states(s->optimizer);
	int n = 0;
	while (states[n])
		n++;
	return n;
}

static void memory_line(FILE *out, const char *what, double size)
{
	fprintf(out, "  %-56s %9.2f\n", what, size);
}

/* The most of training and of writing models, which has no gradients, samples, sums or packs any more. */
static void memory_summary(FILE *out, struct arena *a, const struct plan *p, long batch)
{
	const struct graph *g = p->graph;
	const double samples = mib((double)p->size[ARENA_SAMPLE] * (double)batch), slots = mib((double)p->size[ARENA_SLOT] * CPU_SLOTS);
	const double weights = mib((double)g->weights), packs = mib((double)p->size[ARENA_FIXED]);
	const double states = mib((double)g->trainable * optimizer_states(g->spec)), thread = mib((double)p->size[ARENA_THREAD]);
	const double training = samples + slots + 2 * weights + states + packs;
	const double writing = weights + states + EXPORT_REALS * weights + EXPORT_MIB;
	fprintf(out, "Memory at batch size %ld, MiB:\n", batch);
	memory_line(out, arena_format(a, "samples of a batch, %.1f KiB each", samples * 1024 / (double)batch), samples);
	memory_line(out, arena_format(a, "sums of %d slots", CPU_SLOTS), slots);
	memory_line(out, "weights", weights);
	memory_line(out, "gradients", weights);
	memory_line(out, "the optimizer's states", states);
	memory_line(out, "packed weights", packs);
	memory_line(out, "the process itself", PROCESS_MIB);
	fprintf(out, "Peak: %.2f MiB, and %.2f MiB a thread, and %ld bytes a sample of the data\n",
		PROCESS_MIB + (training > writing ? training : writing), thread,
		shape_count(g->ops[0]->out->shape) + 2 * (long)sizeof(float));
}

/* Where each buffer of a step lies, how large it is, and from which step to which it lives. */
static void buffers_summary(FILE *out, const struct schedule *s)
{
	fprintf(out, "Buffers of a training step, in bytes:\n  %-40s %-8s %10s %10s  steps\n", "name", "one per", "offset", "bytes");
	for (int i = 0; i < s->n_buffers; i++) {
		const struct buffer *x = s->buffers[i];
		fprintf(out, "  %-40s %-8s %10ld %10ld  %d-%d\n", x->name, arena_names[x->arena], x->offset * 4, x->size * 4, x->first,
			x->last);
	}
}

void plan_summary(FILE *out, struct arena *a, const struct plan *p, long batch)
{
	memory_summary(out, a, p, batch);
	buffers_summary(out, &p->train);
	const char *narrow = plan_narrow_layers(a, p);
	if (*narrow)
		fprintf(out, "Operands in bfloat16: %s\n", narrow);
}
