/* Building one schedule: the phases of the groups' kernels become steps. */
#include <string.h>
#include "memory.h"
#include "passes.h"

/* ---- steps ---- */

/* The buffer that shows whether g's output is finite: a batch normalization that its consumers apply
 * has no output, but its pack is as finite. */
static struct buffer *traced_buffer(struct builder *b, const struct group *g)
{
	if (g->applied_by_consumers)
		return bind_pack_of(b, g, 0);
	return bind_value_of(b, g->out);
}

/* The outputs of groups before this step, in other passes, which may now be looked at */
static void take_pending(struct builder *b, struct step *s)
{
	s->n_traced = b->n_pending;
	s->traced = ARENA_ARRAY(b->arena, const struct group *, s->n_traced);
	s->traced_buffers = ARENA_ARRAY(b->arena, struct buffer *, s->n_traced);
	for (int i = 0; i < s->n_traced; i++) {
		s->traced[i] = b->pending[i];
		s->traced_buffers[i] = traced_buffer(b, s->traced[i]);
	}
	b->n_pending = 0;
}

/* The last step has its arguments: they move out of the builder's room, to a place of their own. */
static void settle_arguments(struct builder *b)
{
	struct step *s = b->n ? &b->steps[b->n - 1] : NULL;
	if (!s || s->arguments != b->room)
		return;
	s->arguments = ARENA_ARRAY(b->arena, struct argument, s->n_arguments + 1);
	memcpy(s->arguments, b->room, sizeof *b->room * (size_t)s->n_arguments);
}

struct step *build_step(struct builder *b, const char *template, const char *what, enum domain domain)
{
	settle_arguments(b);
	if (b->n == b->capacity) {
		b->capacity = b->capacity ? 2 * b->capacity : 8 * b->plan->n_groups;         /* enough for most */
		struct step *more = ARENA_ARRAY(b->arena, struct step, b->capacity);
		if (b->n)
			memcpy(more, b->steps, sizeof *more * (size_t)b->n);
		b->steps = more;
	}
	struct step *s = &b->steps[b->n];
	*s = (struct step){.template = template, .what = what, .domain = domain, .tiles = "1", .index = b->n++, .arguments = b->room};
	if (domain == DOMAIN_SAMPLE && b->n_pending)
		take_pending(b, s);
	return s;
}

const char *build_template(struct builder *b, const char *folder, const char *name)
{
	const struct target *t = b->plan->target;
	return arena_format(b->arena, "%s/%s/%s%s", t->name, folder, name, t->suffix);
}

void build_group(struct builder *b, struct step *s, const struct group *g)
{
	s->group = g;
	s->assign = ARENA_ARRAY(b->arena, bool, g->n_in + 1);
	s->same = ARENA_ARRAY(b->arena, bool, g->n_in + 1);
	s->norms = ARENA_ARRAY(b->arena, const struct group *, g->n_in + 1);
}

static const char *phase_template(struct builder *b, const struct group *g, const struct phase *p)
{
	const struct kernel *k = g->kernel;
	const char *function = k->by_function ? arena_format(b->arena, "%s_", g->ops[0]->function->name) : "";
	return build_template(b, k->name, arena_format(b->arena, "%s%s", function, p->name));
}

/* Nothing to do: each input's gradient is the output's as it is. */
static bool is_idle(const struct step *s, const struct group *g)
{
	int same = 0, needed = 0;
	for (int i = 0; i < g->n_in; i++) {
		same += s->same[i];
		needed += g->in[i]->needs_gradient;
	}
	return same > 0 && same == needed && g->n == 1;
}

/* Where no gradient goes on to a layer before, the phase has nothing to run beside. */
static bool is_on_side_stream(const struct group *g, const struct phase *p)
{
	const struct phase *side = g->kernel->side_stream;
	return p >= side && p < side + KERNEL_PHASES && g->in[0]->needs_gradient;
}

static bool is_input_gradient(enum role role)
{
	return roles[role].kind == ROLE_INPUT_GRADIENT;
}

static void build_phase(struct builder *b, const struct group *g, const struct phase *p, const char *what)
{
	struct step *s = build_step(b, phase_template(b, g, p), what, p->domain);
	build_group(b, s, g);
	s->tiles = p->tiles ? p->tiles : "1";
	s->side_stream = is_on_side_stream(g, p);
	s->for_input = is_input_gradient(p->only_if);
	bind_roles(b, s, g, p->takes);
	if (is_idle(s, g))
		b->n--;
}

void build_again(struct builder *b, const struct group *g)
{
	const struct phase *p = g->kernel->forward;
	while (p[1].name)
		p++;
	bind_again(b, g);
	b->prefix = "R";
	build_phase(b, g, p, "forward again");
	b->prefix = "";
}

/* A phase of a batch normalization, whose work its neighbours do */
static bool is_replaced(const struct group *g, const struct phase *p)
{
	return (p->replaced_by == NORM_IN && g->applied_by_consumers) || (p->replaced_by == NORM_STATISTICS && g->statistics_by_producer)
		|| (p->replaced_by == NORM_GRADIENT && g->gradient_by_producer);
}

void build_phases(struct builder *b, const struct group *g, const struct phase *phases, const char *what)
{
	for (const struct phase *p = phases; p->name; p++)
		if (!bind_lacks(b, g, p->only_if) && !(b->purpose == TRAIN && is_replaced(g, p)))
			build_phase(b, g, p, what);
}

/* The last of a group's steps says where its output may be looked at: behind itself in a pass over samples, else in the next. */
static void trace_output(struct builder *b, const struct group *g)
{
	struct step *last = &b->steps[b->n - 1];
	if (last->domain == DOMAIN_SLOT || last->domain == DOMAIN_TILE)
		b->pending[b->n_pending++] = last->sum ? last->sum : g;
	else
		last->gives_output = true;
}

void build_forward(struct builder *b, const struct group *g, const struct phase *phases)
{
	const int before = b->n;
	build_phases(b, g, phases, "forward");
	if (b->purpose == TRAIN && b->n > before && g->out)
		trace_output(b, g);
}

/* ---- the schedule as a whole ---- */

void build_begin(struct builder *b, enum purpose purpose)
{
	const struct graph *g = b->plan->graph;
	size_t groups = (size_t)b->plan->n_groups * KERNEL_BUFFERS;
	b->purpose = purpose;
	b->prefix = purpose == TRAIN ? "" : "E";
	b->steps = NULL;
	b->buffers = NULL;
	b->n = b->capacity = b->n_buffers = b->buffer_capacity = b->n_pending = 0;
	b->pending = ARENA_ARRAY(b->arena, const struct group *, b->plan->n_groups);
	b->values = ARENA_ARRAY(b->arena, struct buffer *, g->n_tensors);
	b->gradients = ARENA_ARRAY(b->arena, struct buffer *, g->n_tensors);
	b->written = ARENA_ARRAY(b->arena, bool, g->n_tensors);
	b->whole = ARENA_ARRAY(b->arena, bool, g->n_parameters + 1);
	b->reduced = g->trainable;
	b->sums = ARENA_ARRAY(b->arena, struct buffer *, g->n_parameters);
	b->saved = ARENA_ARRAY(b->arena, struct buffer *, groups);
	b->scratch = ARENA_ARRAY(b->arena, struct buffer *, groups);
	b->group_sums = ARENA_ARRAY(b->arena, struct buffer *, groups);
}

static void cut_segments(struct arena *a, struct schedule *s)
{
	s->segments = ARENA_ARRAY(a, struct segment, s->n);
	for (int i = 0; i < s->n; i++) {
		struct segment *last = s->n_segments ? &s->segments[s->n_segments - 1] : NULL;
		if (last && last->domain != DOMAIN_TILE && s->steps[i].domain == last->domain)
			last->n++;
		else
			s->segments[s->n_segments++] = (struct segment){.domain = s->steps[i].domain, .first = i, .n = 1};
	}
}

/* Steps on the side stream run beside the group's steps that make gradients of its inputs, which are launched first: so the fork
 * is before these. */
static void mark_side_streams(struct builder *b)
{
	for (int i = 0; i < b->n; i++) {
		struct step *s = &b->steps[i], *fork = s;
		s->begins_side_stream = s->side_stream && !(i > 0 && s[-1].side_stream);
		s->ends_side_stream = s->side_stream && !(i + 1 < b->n && s[1].side_stream);
		if (!s->begins_side_stream)
			continue;
		while (fork > b->steps && fork[-1].for_input && fork[-1].group == s->group)
			fork--;
		fork->fork_before = true;
	}
}

struct schedule build_end(struct builder *b)
{
	settle_arguments(b);
	mark_side_streams(b);
	struct schedule s = {.steps = b->steps, .n = b->n, .buffers = b->buffers, .n_buffers = b->n_buffers};
	cut_segments(b->arena, &s);
	memory_lay_out(b->arena, &s, b->plan->target->whole_batches);
	plan_prefetch(&s);
	return s;
}
