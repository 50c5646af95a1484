/* Steps and their arguments: a phase's roles (see kernel.h) become buffers, made when first named. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "memory.h"
#include "plan_build.h"

/* ---- buffers ---- */

static struct buffer *new_buffer(struct builder *b, enum arena_kind arena, long size, int group, const char *name)
{
	struct buffer *x = ARENA_NEW(b->arena, struct buffer);
	*x = (struct buffer){.name = name, .arena = arena, .size = size, .group = group};
	if (b->n_buffers == b->buffer_capacity) {
		b->buffer_capacity = b->buffer_capacity ? 2 * b->buffer_capacity : 64;
		struct buffer **more = ARENA_ARRAY(b->arena, struct buffer *, b->buffer_capacity);
		if (b->n_buffers)
			memcpy(more, b->buffers, sizeof *more * (size_t)b->n_buffers);
		b->buffers = more;
	}
	b->buffers[b->n_buffers++] = x;
	return x;
}

static struct buffer *tensor_buffer(struct builder *b, struct tensor *t, struct buffer **list, char letter)
{
	t = plan_storage(t);
	if (!list[t->index])
		list[t->index] = new_buffer(b, ARENA_SAMPLE, shape_count(t->shape), -1,
			arena_format(b->arena, "%s%c_%s", b->prefix, letter, t->name));
	return list[t->index];
}

static struct buffer *group_buffer(struct builder *b, const struct group *g, struct buffer **list, const long *sizes,
	enum arena_kind arena, char letter, int number)
{
	struct buffer **place = &list[g->index * KERNEL_BUFFERS + number];
	const char *prefix = arena == ARENA_FIXED ? g->prefix : b->prefix;
	const struct tensor *t = g->out ? g->out : g->in[0];
	if (!*place)
		*place = new_buffer(b, arena, sizes[number], g->index,
			arena_format(b->arena, "%s%c%d_%s", prefix, letter, number, t->name));
	return *place;
}

struct buffer *build_parameter(struct builder *b, const struct parameter *p, enum arena_kind arena)
{
	struct buffer *x = ARENA_NEW(b->arena, struct buffer);
	*x = (struct buffer){.arena = arena, .size = p->count, .offset = p->offset, .group = -1,
		.name = arena_format(b->arena, "W_%s_%s", p->layer->name, p->name)};
	return x;
}

static struct buffer *sums_of(struct builder *b, const struct parameter *p)
{
	if (!b->sums[p->index])
		b->sums[p->index] = new_buffer(b, ARENA_SLOT, p->count, -1,
			arena_format(b->arena, "%sK_%s_%s", b->prefix, p->layer->name, p->name));
	return b->sums[p->index];
}

/* ---- arguments ---- */

static struct argument *add_argument(struct step *s, enum argument_kind kind)
{
	if (s->n_arguments == STEP_ARGUMENTS)
		abort();
	struct argument *x = &s->arguments[s->n_arguments++];
	*x = (struct argument){.kind = kind};
	return x;
}

void build_buffer(struct step *s, struct buffer *buffer)
{
	add_argument(s, ARGUMENT_BUFFER)->buffer = buffer;
}

void build_plain(struct step *s, enum argument_kind kind, int number)
{
	add_argument(s, kind)->number = number;
}

void build_value(struct builder *b, struct step *s, struct tensor *t)
{
	build_buffer(s, tensor_buffer(b, t, b->values, 'Y'));
}

struct tensor *plan_output(const struct group *g)
{
	return g->out ? g->out : g->ops[g->n - 1]->in[0];
}

static void add_gradient(struct builder *b, struct step *s, const struct group *g, int i)
{
	if (!g->in[i]->needs_gradient)
		return;
	struct tensor *t = plan_storage(g->in[i]);
	if (s->same[i]) {
		b->written[t->index] = true;
		b->gradients[t->index] = b->gradients[plan_storage(g->out)->index];
		return;
	}
	s->assign[i] = !b->written[t->index];
	b->written[t->index] = true;
	build_buffer(s, tensor_buffer(b, t, b->gradients, 'D'));
}

static void add_gradients(struct builder *b, struct step *s, const struct group *g)
{
	for (int i = 0; i < g->n_in; i++)
		s->same[i] = plan_shares_gradient(b, g, i);
	for (int i = 0; i < g->n_in; i++)
		add_gradient(b, s, g, i);
}

static void add_parameter_gradient(struct builder *b, struct step *s, const struct group *g, int i)
{
	const struct parameter *p = g->parameters[i];
	if (!p)
		return;
	build_buffer(s, g->kernel->own_gradients ? build_parameter(b, p, ARENA_GRADIENTS) : sums_of(b, p));
}

static const struct { const char *name; enum argument_kind kind; } plain_roles[] = {
	{"label", ARGUMENT_LABEL}, {"loss", ARGUMENT_LOSS}, {"i", ARGUMENT_INDEX}, {"j", ARGUMENT_ORDINAL},
	{"work", ARGUMENT_WORK}, {"n", ARGUMENT_SAMPLES},
};

static bool add_plain_role(struct step *s, const char *role)
{
	for (size_t k = 0; k < sizeof plain_roles / sizeof *plain_roles; k++) {
		if (!strcmp(role, plain_roles[k].name)) {
			build_plain(s, plain_roles[k].kind, 0);
			return true;
		}
	}
	return false;
}

static void add_scratch(struct builder *b, struct step *s, const struct group *g, int i)
{
	struct buffer *x = group_buffer(b, g, b->scratch, g->buffers.scratch, ARENA_SAMPLE, 'T', i);
	x->scratch = true;
	build_buffer(s, x);
}

static const struct buffer *last_buffer(const struct step *s)
{
	return s->arguments[s->n_arguments - 1].buffer;
}

/* ---- what a group does for batch normalization beside it ---- */

static const struct group *behind(const struct builder *b, const struct group *g, const char *role)
{
	return b->training ? plan_normalised_behind(b->plan, g, role) : NULL;
}

static void add_pack(struct builder *b, struct step *s, const struct group *g, int number)
{
	build_buffer(s, group_buffer(b, g, b->packs, g->buffers.packs, ARENA_FIXED, 'P', number));
}

/* Input i, or what stands before the batch normalization that it is read through */
static void add_input(struct builder *b, struct step *s, const struct group *g, int i)
{
	s->before[i] = b->training ? plan_read_through(b->plan, g, i) : NULL;
	build_value(b, s, s->before[i] ? s->before[i]->in[0] : g->in[i]);
	if (i == 0)
		s->reads[READS_X] = last_buffer(s);
}

/* Behind add_input, which says what input i is read through */
static void add_before(struct builder *b, struct step *s, int i)
{
	if (s->before[i])
		add_pack(b, s, s->before[i], 0);
}

static void add_statistics(struct builder *b, struct step *s, const struct group *g)
{
	const struct group *normal = behind(b, g, "nk");
	s->makes_statistics = normal != NULL;
	if (!normal)
		return;
	build_buffer(s, group_buffer(b, normal, b->group_sums, normal->buffers.sums, ARENA_SLOT, 'K', 0));
	build_plain(s, ARGUMENT_ORDINAL, 0);
}

static void add_behind(struct builder *b, struct step *s, const struct group *g)
{
	const struct group *normal = behind(b, g, "np");
	s->through_behind = normal != NULL;
	for (int i = 0; normal && i < 2; i++)
		add_pack(b, s, normal, i);
}

/* g's output, or the sum of it that g makes */
static void add_output(struct builder *b, struct step *s, const struct group *g)
{
	const struct group *sum = plan_sum_behind(b, g);
	build_value(b, s, plan_output(sum ? sum : g));
	s->reads[READS_Y] = last_buffer(s);
}

static void add_others(struct builder *b, struct step *s, const struct group *g)
{
	s->sum = plan_sum_behind(b, g);
	for (int i = 0; s->sum && i < s->sum->n_in; i++)
		if (s->sum->in[i] != g->out)
			build_value(b, s, s->sum->in[i]);
}

/* The gradient of g's output, or of that of the batch normalization behind that it is to go through */
static void add_output_gradient(struct builder *b, struct step *s, const struct group *g)
{
	const struct group *normal = behind(b, g, "np");
	build_buffer(s, tensor_buffer(b, normal ? normal->out : g->out, b->gradients, 'D'));
	s->reads[READS_DY] = last_buffer(s);
}

/* ---- roles ---- */

/* One role of one letter and number: x0, w1, s0 … */
static void add_numbered_role(struct builder *b, struct step *s, const struct group *g, char letter, int i)
{
	const struct buffers *size = &g->buffers;
	if (letter == 'x')
		add_input(b, s, g, i);
	else if (letter == 'n')
		add_before(b, s, i);
	else if (letter == 'w' && g->folded)
		add_numbered_role(b, s, g->folded, 'p', i);
	else if (letter == 'w' && g->parameters[i])
		build_buffer(s, build_parameter(b, g->parameters[i], ARENA_WEIGHTS));
	else if (letter == 's' && size->saved[i])
		build_buffer(s, group_buffer(b, g, b->saved, size->saved, ARENA_SAMPLE, 'S', i));
	else if (letter == 't')
		add_scratch(b, s, g, i);
	else if (letter == 'k')
		build_buffer(s, group_buffer(b, g, b->group_sums, size->sums, ARENA_SLOT, 'K', i));
	else if (letter == 'p')
		add_pack(b, s, g, i);
}

static bool has_map(const struct group *g)
{
	return g->n > 1;
}

static void add_role(struct builder *b, struct step *s, const struct group *g, const char *role)
{
	if (add_plain_role(s, role))
		return;
	if (*role == '+') {
		add_role(b, s, g, role + 1);
		s->shared = s->arguments[s->n_arguments - 1].buffer;
	} else if (!strcmp(role, "y") || (!strcmp(role, "ymap") && has_map(g)))
		add_output(b, s, g);
	else if (!strcmp(role, "a*"))
		add_others(b, s, g);
	else if (!strcmp(role, "dy"))
		add_output_gradient(b, s, g);
	else if (!strcmp(role, "nk"))
		add_statistics(b, s, g);
	else if (!strcmp(role, "np"))
		add_behind(b, s, g);
	else if (!strcmp(role, "dz"))
		add_role(b, s, g, has_map(g) ? "s0" : "dy");
	else if (!strcmp(role, "x*"))
		for (int i = 0; i < g->n_in; i++)
			add_input(b, s, g, i);
	else if (!strcmp(role, "n*"))
		for (int i = 0; i < g->n_in; i++)
			add_before(b, s, i);
	else if (!strcmp(role, "dx*"))
		add_gradients(b, s, g);
	else if (!strncmp(role, "dx", 2))
		add_gradient(b, s, g, atoi(role + 2));
	else if (!strncmp(role, "dw", 2))
		add_parameter_gradient(b, s, g, atoi(role + 2));
	else
		add_numbered_role(b, s, g, role[0], atoi(role + 1));
}

/* ---- steps ---- */

/* Where to look whether g's output is finite: what its consumers make of it themselves is as finite as the pack is. */
static struct buffer *traced_buffer(struct builder *b, const struct group *g)
{
	if (plan_left_to(b->plan, g, "n0"))
		return group_buffer(b, g, b->packs, g->buffers.packs, ARENA_FIXED, 'P', 0);
	return tensor_buffer(b, g->out, b->values, 'Y');
}

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

/* The last step has its arguments: they move out of the room, to a place of their own. */
static void settle_arguments(struct builder *b)
{
	struct step *s = &b->steps[b->n - 1];
	if (!b->n || s->arguments != b->room)
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

static bool lacking(const struct builder *b, const struct group *g, const char *role)
{
	if (!role)
		return false;
	if (!strcmp(role, "map"))
		return !has_map(g);
	if (!strncmp(role, "dx", 2))
		return b->forward_only || !g->in[atoi(role + 2)]->needs_gradient;
	return !g->parameters[atoi(role + 1)];
}

const char *build_template(struct builder *b, const char *folder, const char *name)
{
	const struct target *t = b->plan->target;
	return arena_format(b->arena, "%s/%s/%s%s", t->name, folder, name, t->suffix);
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
	return same > 0 && same == needed && !has_map(g);
}

/* Where no gradient goes on to a layer before, nothing is beside it. */
static bool is_aside(const struct group *g, const struct phase *p)
{
	const struct phase *asides = g->kernel->aside;
	return p >= asides && p < asides + KERNEL_PHASES && g->in[0]->needs_gradient;
}

static void build_phase(struct builder *b, const struct group *g, const struct phase *p, const char *what)
{
	char args[256], *save = NULL;
	struct step *s = build_step(b, phase_template(b, g, p), what, p->domain);
	s->group = g;
	s->tiles = p->tiles ? p->tiles : "1";
	s->aside = is_aside(g, p);
	s->for_input = p->only_if && !strncmp(p->only_if, "dx", 2);
	snprintf(args, sizeof args, "%s", p->args);
	for (char *role = strtok_r(args, " ", &save); role; role = strtok_r(NULL, " ", &save))
		add_role(b, s, g, role);
	if (is_idle(s, g))
		b->n--;
}

void build_again(struct builder *b, const struct group *g)
{
	const struct phase *p = g->kernel->forward;
	while (p[1].name)
		p++;
	b->values[g->out->index] = NULL;
	tensor_buffer(b, g->out, b->values, 'R');
	memset(&b->scratch[g->index * KERNEL_BUFFERS], 0, sizeof *b->scratch * KERNEL_BUFFERS);
	b->prefix = "R";
	build_phase(b, g, p, "forward again");
	b->prefix = "";
}

void build_phases(struct builder *b, const struct group *g, const struct phase *phases, const char *what)
{
	int before = b->n;
	for (const struct phase *p = phases; p->name; p++)
		if (!lacking(b, g, p->only_if) && !(b->training && plan_leaves_out(b->plan, g, p)))
			build_phase(b, g, p, what);
	if (!b->trace || b->n == before || !g->out)
		return;
	if (b->steps[b->n - 1].domain == DOMAIN_SLOT || b->steps[b->n - 1].domain == DOMAIN_TILE)
		b->pending[b->n_pending++] = b->steps[b->n - 1].sum ? b->steps[b->n - 1].sum : g;
	else
		b->steps[b->n - 1].gives_output = true;
}

/* ---- the schedule as a whole ---- */

void build_begin(struct builder *b, const char *prefix)
{
	const struct graph *g = b->plan->graph;
	size_t groups = (size_t)b->plan->n_groups * KERNEL_BUFFERS;
	b->prefix = prefix;
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

/* What is aside goes beside the steps before it that make gradients of the group's inputs: these are launched first. */
static void mark_asides(struct builder *b)
{
	for (int i = 0; i < b->n; i++) {
		struct step *s = &b->steps[i], *fork = s;
		s->begins_aside = s->aside && !(i > 0 && s[-1].aside);
		s->ends_aside = s->aside && !(i + 1 < b->n && s[1].aside);
		if (!s->begins_aside)
			continue;
		while (fork > b->steps && fork[-1].for_input && fork[-1].group == s->group)
			fork--;
		fork->forks = true;
	}
}

struct schedule build_end(struct builder *b)
{
	settle_arguments(b);
	mark_asides(b);
	struct schedule s = {.steps = b->steps, .n = b->n, .buffers = b->buffers, .n_buffers = b->n_buffers};
	cut_segments(b->arena, &s);
	memory_lay_out(b->arena, &s, b->plan->target->whole_batches);
	plan_ask(&s);
	return s;
}
