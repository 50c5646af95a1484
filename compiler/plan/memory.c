/* Lays buffers out. Memory of samples and threads is shared by buffers whose lifetimes do not meet: the largest is placed first,
 * each at the lowest offset that fits. Elsewhere buffers lie one after the other. */
#include <stdlib.h>
#include <string.h>
#include "memory.h"

long memory_round(long reals)
{
	return (reals + MEMORY_ALIGN - 1) / MEMORY_ALIGN * MEMORY_ALIGN;
}

static void use(struct buffer *x, const struct step *s)
{
	x->last = s->index;
	if (s->domain != DOMAIN_SAMPLE && !x->scratch)
		x->of_many = true;
}

static void set_lifetimes(struct schedule *s)
{
	for (int i = 0; i < s->n_buffers; i++)
		s->buffers[i]->first = -1;
	for (int i = 0; i < s->n; i++) {
		const struct step *step = &s->steps[i];
		for (int k = 0; k < step->n_arguments + step->n_traced; k++) {
			struct buffer *x = k < step->n_arguments ? step->arguments[k].buffer
				: step->traced_buffers[k - step->n_arguments];
			if (!x)
				continue;
			if (x->first < 0)
				x->first = i;
			use(x, step);
		}
	}
}

/* A step on the side stream may run at any time between its fork and the next fork, which waits for it. Its buffers must live
 * that long. */
static void extend_side_streams(struct schedule *s)
{
	for (int i = 0, begin = 0, end; i < s->n; i++) {
		const struct step *step = &s->steps[i];
		if (step->fork_before)
			begin = i;
		for (end = i; step->side_stream && end + 1 < s->n && !s->steps[end + 1].fork_before;)
			end++;
		for (int k = 0; k < step->n_arguments && step->side_stream; k++) {
			struct buffer *x = step->arguments[k].buffer;
			if (x && x->first > begin)
				x->first = begin;
			if (x && x->last < end)
				x->last = end;
		}
	}
}

/* By bisection, since the segments follow each other. */
static int segment_of(const struct schedule *s, int step)
{
	int from = 0, to = s->n_segments;
	while (to - from > 1) {
		int middle = from + (to - from) / 2;
		*(step < s->segments[middle].first ? &to : &from) = middle;
	}
	return from;
}

/* A buffer that lives within one pass over the samples exists once per thread, not once per sample. */
static void choose_arenas(struct schedule *s)
{
	for (int i = 0; i < s->n_buffers; i++) {
		struct buffer *x = s->buffers[i];
		if (x->arena == ARENA_SAMPLE && !x->of_many && segment_of(s, x->first) == segment_of(s, x->last))
			x->arena = ARENA_THREAD;
	}
}

static int larger_first(const void *a, const void *b)
{
	const struct buffer *x = *(struct buffer *const *)a, *y = *(struct buffer *const *)b;
	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return x->first != y->first ? (x->first > y->first) - (x->first < y->first) : (x->last > y->last) - (x->last < y->last);
}

/* What is laid out, in the order of offsets; compact, since each placement looks at all below the place that it finds. */
struct laid { long offset, end; int first, last; };

/* The lowest place for x among the n laid out before it; *below: how many of these begin below that place. */
static long first_fit(const struct laid *laid, int n, const struct buffer *x, int *below)
{
	const long size = memory_round(x->size);
	long offset = 0;
	int i = 0;
	for (; i < n && laid[i].offset < offset + size; i++)
		if (x->first <= laid[i].last && laid[i].first <= x->last && laid[i].end > offset)
			offset = laid[i].end;
	while (i > 0 && laid[i - 1].offset >= offset)
		i--;
	*below = i;
	return offset;
}

static void lay_out_shared(struct arena *a, struct schedule *s, enum arena_kind arena)
{
	struct buffer **list = ARENA_ARRAY(a, struct buffer *, s->n_buffers + 1);
	struct laid *laid = ARENA_ARRAY(a, struct laid, s->n_buffers + 1);
	int n = 0, below;
	for (int i = 0; i < s->n_buffers; i++)
		if (s->buffers[i]->arena == arena)
			list[n++] = s->buffers[i];
	qsort(list, (size_t)n, sizeof *list, larger_first);
	for (int i = 0; i < n; i++) {
		struct buffer *x = list[i];
		x->offset = first_fit(laid, i, x, &below);
		memmove(laid + below + 1, laid + below, sizeof *laid * (size_t)(i - below));
		laid[below] = (struct laid){x->offset, x->offset + memory_round(x->size), x->first, x->last};
		if (laid[below].end > s->size[arena])
			s->size[arena] = laid[below].end;
	}
}

/* Sums of slots lie in the order of their first use, so that each pass zeroes one range before it starts. */
static void lay_out_slots(struct arena *a, struct schedule *s)
{
	int *first = ARENA_ARRAY(a, int, s->n_segments + 1), *next = ARENA_ARRAY(a, int, s->n_buffers + 1);     /* from 1; 0: none */
	for (int i = s->n_buffers; i > 0; i--) {
		if (s->buffers[i - 1]->arena != ARENA_SLOT)
			continue;
		int *segment = &first[segment_of(s, s->buffers[i - 1]->first)];
		next[i] = *segment;
		*segment = i;
	}
	for (int g = 0; g < s->n_segments; g++) {
		s->segments[g].zero_from = s->size[ARENA_SLOT];
		for (int i = first[g]; i; i = next[i]) {
			s->buffers[i - 1]->offset = s->size[ARENA_SLOT];
			s->size[ARENA_SLOT] += memory_round(s->buffers[i - 1]->size);
		}
		s->segments[g].zero_count = s->size[ARENA_SLOT] - s->segments[g].zero_from;
	}
}

void memory_lay_out(struct arena *a, struct schedule *s, bool slots_share)
{
	set_lifetimes(s);
	extend_side_streams(s);
	choose_arenas(s);
	lay_out_shared(a, s, ARENA_SAMPLE);
	lay_out_shared(a, s, ARENA_THREAD);
	if (slots_share)
		lay_out_shared(a, s, ARENA_SLOT);
	else
		lay_out_slots(a, s);
}

void memory_fixed(struct builder *b)
{
	for (int i = 0; i < b->plan->n_groups * KERNEL_BUFFERS; i++) {
		struct buffer *x = b->packs[i];
		if (!x)
			continue;
		x->offset = b->fixed;
		b->fixed += memory_round(x->size);
	}
}
