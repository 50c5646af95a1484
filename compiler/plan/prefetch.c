/* Marks the operands that an earlier pass wrote and that have left the cache since: a kernel can prefetch the next sample's part
 * of them while it multiplies for this sample. */
#include "passes.h"

static bool uses(const struct step *s, const struct buffer *x)
{
	for (int i = 0; i < s->n_arguments; i++)
		if (s->arguments[i].buffer == x)
			return true;
	return false;
}

/* It exists once per sample, and no step before this one in the same pass has read or written it. */
static bool is_in_memory(const struct step *first, const struct step *s, const struct buffer *x)
{
	if (!x || x->arena != ARENA_SAMPLE)
		return false;
	for (const struct step *other = first; other < s; other++)
		if (uses(other, x))
			return false;
	return true;
}

void plan_prefetch(struct schedule *s)
{
	for (int i = 0; i < s->n_segments; i++) {
		const struct segment *pass = &s->segments[i];
		struct step *first = &s->steps[pass->first];
		for (struct step *step = first; pass->domain == DOMAIN_SAMPLE && step < first + pass->n; step++)
			for (int k = 0; k < STEP_READS; k++)
				step->prefetch[k] = is_in_memory(first, step, step->reads[k]);
	}
}
