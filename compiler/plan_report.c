/* The plan as text: --dump=plan, and the memory that summary shows. */
#include "plan.h"

static const char *const arena_names[] = {"sample", "slot", "thread", "once", "weights", "gradients"};

static const char *const domain_names[] = {[DOMAIN_SAMPLE] = "samples", [DOMAIN_SLOT] = "slots", [DOMAIN_TILE] = "tiles"};

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

void plan_dump(FILE *out, const struct plan *p)
{
	for (int i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];
		fprintf(out, "group %d: %s covers", i, g->kernel->name);
		for (int k = 0; k < g->n; k++)
			fprintf(out, " %s(%s)", g->ops[k]->type->name, g->ops[k]->layer ? g->ops[k]->layer->name : "");
		fprintf(out, "\n");
	}
	dump_schedule(out, "train", &p->train);
	dump_schedule(out, "prepare", &p->prepare);
	dump_schedule(out, "evaluate", &p->evaluate);
}

const char *plan_narrow_layers(struct arena *a, const struct plan *p)
{
	struct text t = {.arena = a};
	for (int i = 0; i < p->n_groups; i++)
		if (p->groups[i].kernel->precision != PRECISION_FLOAT32)
			text_format(&t, "%s%s", t.size ? ", " : "", p->groups[i].ops[0]->layer->name);
	return t.size ? t.text : "";
}

static double mib(double reals)
{
	return reals * 4 / (1 << 20);
}

void plan_summary(FILE *out, struct arena *a, const struct plan *p, long batch)
{
	enum { SLOTS = 16 };
	const struct graph *g = p->graph;
	double samples = (double)p->size[ARENA_SAMPLE] * (double)batch, slots = (double)p->size[ARENA_SLOT] * SLOTS;
	double once = (double)p->size[ARENA_FIXED] + 2.0 * (double)g->weights + (double)g->trainable;
	fprintf(out, "Memory at batch size %ld: %.1f MiB for samples (%.1f KiB each), %.1f MiB for %d slots, %.1f KiB a thread, "
		"%.1f MiB for weights, gradients, momentum and packs\n", batch, mib(samples), mib((double)p->size[ARENA_SAMPLE]) * 1024,
		mib(slots), SLOTS, mib((double)p->size[ARENA_THREAD]) * 1024, mib(once));
	const char *narrow = plan_narrow_layers(a, p);
	if (*narrow)
		fprintf(out, "Operands in bfloat16: %s\n", narrow);
}
