/* What a kernel reads of a sample that an earlier pass has left in memory. While it multiplies, it can ask for what the next
 * sample has of that. */
#include "passes.h"

static bool uses(const struct step *s, const struct buffer *x)
{
	for (int i = 0; i < s->n_arguments; i++)
		if (s->arguments[i].buffer == x)
			return true;
	return false;
}

/* Every sample has its own, and no step of the pass before this one has had it. */
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
				step->asks[k] = is_in_memory(first, step, step->reads[k]);
	}
}
