/* Binding: a phase's roles (role.h) become arguments of a step. Buffers are made when a role first names them. */
#include <stdlib.h>
#include <string.h>
#include "passes.h"

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

static struct buffer *parameter_buffer(struct builder *b, const struct parameter *p, enum arena_kind arena)
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

struct argument *bind_argument(struct step *s, enum role role)
{
	if (s->n_arguments == STEP_ARGUMENTS)
		abort();
	struct argument *x = &s->arguments[s->n_arguments++];
	*x = (struct argument){.role = role, .made = roles[role].made};
	return x;
}

static struct buffer *add_buffer(struct step *s, enum role role, int number, struct buffer *buffer)
{
	struct argument *x = bind_argument(s, role);
	x->number = number;
	x->buffer = buffer;
	return buffer;
}

struct tensor *plan_output(const struct group *g)
{
	return g->out ? g->out : g->ops[g->n - 1]->in[0];
}

struct buffer *bind_value_of(struct builder *b, struct tensor *t)
{
	return tensor_buffer(b, t, b->values, 'Y');
}

void bind_value(struct builder *b, struct step *s, enum role role, struct tensor *t)
{
	add_buffer(s, role, 0, bind_value_of(b, t));
}

struct buffer *bind_pack_of(struct builder *b, const struct group *g, int number)
{
	return group_buffer(b, g, b->packs, g->buffers.packs, ARENA_FIXED, 'P', number);
}

static struct buffer *sums_of_group(struct builder *b, const struct group *g, int number)
{
	return group_buffer(b, g, b->group_sums, g->buffers.sums, ARENA_SLOT, 'K', number);
}

static bool is_fused(const struct group *g)
{
	return g->n > 1;
}

/* Training's decisions about batch normalization; in evaluation there are none. */
static const struct group *input_norm(const struct builder *b, const struct group *g, int i)
{
	return b->purpose == TRAIN ? g->input_norms[i] : NULL;
}

static const struct group *in_training(const struct builder *b, const struct group *norm)
{
	return b->purpose == TRAIN ? norm : NULL;
}

/* ---- one function for each kind of role ---- */

/* What a role is bound in: the step s of the group g. */
struct binding { struct builder *b; struct step *s; const struct group *g; };

static void bind_plain(const struct binding *x, enum role role)
{
	bind_argument(x->s, role);
}

/* Input i, or, where that is read through a batch normalization, what the batch normalization takes */
static void add_input(const struct binding *x, enum role role, int i)
{
	struct step *s = x->s;
	s->norms[i] = input_norm(x->b, x->g, i);
	struct buffer *buffer = bind_value_of(x->b, s->norms[i] ? s->norms[i]->in[0] : x->g->in[i]);
	add_buffer(s, role, i, buffer);
	if (i == 0)
		s->reads[READS_X] = buffer;
}

static void bind_input(const struct binding *x, enum role role)
{
	add_input(x, role, roles[role].number);
}

static void bind_inputs(const struct binding *x, enum role role)
{
	for (int i = 0; i < x->g->n_in; i++)
		add_input(x, role, i);
}

static void add_input_norm(const struct binding *x, enum role role, int i)
{
	const struct group *norm = input_norm(x->b, x->g, i);
	if (norm)
		add_buffer(x->s, role, i, bind_pack_of(x->b, norm, 0));
}

static void bind_input_norm(const struct binding *x, enum role role)
{
	add_input_norm(x, role, roles[role].number);
}

static void bind_input_norms(const struct binding *x, enum role role)
{
	for (int i = 0; i < x->g->n_in; i++)
		add_input_norm(x, role, i);
}

static void add_input_gradient(const struct binding *x, enum role role, int i)
{
	struct builder *b = x->b;
	struct tensor *t = plan_storage(x->g->in[i]);
	if (!x->g->in[i]->needs_gradient)
		return;
	if (x->s->same[i])
		b->gradients[t->index] = b->gradients[plan_storage(x->g->out)->index];
	else {
		x->s->assign[i] = !b->written[t->index];
		add_buffer(x->s, role, i, tensor_buffer(b, t, b->gradients, 'D'));
	}
	b->written[t->index] = true;
}

static void bind_input_gradient(const struct binding *x, enum role role)
{
	add_input_gradient(x, role, roles[role].number);
}

static void bind_input_gradients(const struct binding *x, enum role role)
{
	for (int i = 0; i < x->g->n_in; i++)
		x->s->same[i] = x->g->same_gradient[i];
	for (int i = 0; i < x->g->n_in; i++)
		add_input_gradient(x, role, i);
}

/* The output, or the sum of it that the group makes */
static void bind_output(const struct binding *x, enum role role)
{
	const struct group *sum = x->g->sum[x->b->purpose];
	x->s->reads[READS_Y] = add_buffer(x->s, role, 0, bind_value_of(x->b, plan_output(sum ? sum : x->g)));
}

static void bind_fused_output(const struct binding *x, enum role role)
{
	if (is_fused(x->g))
		bind_output(x, role);
}

static void bind_addends(const struct binding *x, enum role role)
{
	const struct group *sum = x->g->sum[x->b->purpose];
	x->s->sum = sum;
	for (int i = 0; sum && i < sum->n_in; i++)
		if (sum->in[i] != x->g->out)
			add_buffer(x->s, role, i, bind_value_of(x->b, sum->in[i]));
}

/* The gradient of the output, or of that of the batch normalization through which it is to go */
static void bind_output_gradient(const struct binding *x, enum role role)
{
	const struct group *norm = in_training(x->b, x->g->gradient_through);
	struct tensor *t = norm ? norm->out : x->g->out;
	x->s->reads[READS_DY] = add_buffer(x->s, role, 0, tensor_buffer(x->b, t, x->b->gradients, 'D'));
}

static void bind_parameter(const struct binding *x, enum role role)
{
	const struct group *g = x->g;
	const int i = roles[role].number;
	if (g->folded)
		add_buffer(x->s, role, 0, bind_pack_of(x->b, g->folded, i));
	else if (g->parameters[i])
		add_buffer(x->s, role, 0, parameter_buffer(x->b, g->parameters[i], ARENA_WEIGHTS));
}

static void bind_parameter_gradient(const struct binding *x, enum role role)
{
	const struct parameter *p = x->g->parameters[roles[role].number];
	if (p)
		add_buffer(x->s, role, 0, x->g->kernel->own_gradients ? parameter_buffer(x->b, p, ARENA_GRADIENTS) : sums_of(x->b, p));
}

static void bind_saved(const struct binding *x, enum role role)
{
	const struct group *g = x->g;
	const int i = roles[role].number;
	if (g->buffers.saved[i])
		add_buffer(x->s, role, 0, group_buffer(x->b, g, x->b->saved, g->buffers.saved, ARENA_SAMPLE, 'S', i));
}

static void bind_unfused_gradient(const struct binding *x, enum role role)
{
	if (is_fused(x->g))
		bind_saved(x, SAVED_DZ);
	else
		bind_output_gradient(x, DY);
	x->s->arguments[x->s->n_arguments - 1].role = role;
}

static void bind_scratch(const struct binding *x, enum role role)
{
	const int i = roles[role].number;
	add_buffer(x->s, role, 0, group_buffer(x->b, x->g, x->b->scratch, x->g->buffers.scratch, ARENA_SAMPLE, 'T', i))->scratch = true;
}

static void bind_sums(const struct binding *x, enum role role)
{
	add_buffer(x->s, role, 0, sums_of_group(x->b, x->g, roles[role].number));
}

static void bind_pack(const struct binding *x, enum role role)
{
	add_buffer(x->s, role, 0, bind_pack_of(x->b, x->g, roles[role].number));
}

static void bind_norm_statistics(const struct binding *x, enum role role)
{
	const struct group *norm = in_training(x->b, x->g->statistics_of);
	x->s->makes_statistics = norm != NULL;
	if (!norm)
		return;
	add_buffer(x->s, role, 0, sums_of_group(x->b, norm, 0));
	bind_argument(x->s, SLOT_INDEX);
}

static void bind_norm_gradient(const struct binding *x, enum role role)
{
	const struct group *norm = in_training(x->b, x->g->gradient_through);
	x->s->through_norm = norm != NULL;
	if (!norm)
		return;
	add_buffer(x->s, role, 0, bind_pack_of(x->b, norm, 0));
	add_buffer(x->s, NORM_TOTAL, 0, bind_pack_of(x->b, norm, roles[NORM_TOTAL].number));
}

static void bind_merged_sums(const struct binding *x, enum role role)
{
	add_buffer(x->s, role, 0, x->b->sums[x->s->merged->index]);
}

static void bind_merged_gradient(const struct binding *x, enum role role)
{
	add_buffer(x->s, role, 0, parameter_buffer(x->b, x->s->merged, ARENA_GRADIENTS));
}

static void (*const binders[ROLE_KINDS])(const struct binding *, enum role) = {
	[ROLE_PLAIN] = bind_plain, [ROLE_INPUT] = bind_input, [ROLE_INPUTS] = bind_inputs,
	[ROLE_INPUT_GRADIENT] = bind_input_gradient, [ROLE_INPUT_GRADIENTS] = bind_input_gradients,
	[ROLE_OUTPUT] = bind_output, [ROLE_FUSED_OUTPUT] = bind_fused_output,
	[ROLE_OUTPUT_GRADIENT] = bind_output_gradient, [ROLE_UNFUSED_GRADIENT] = bind_unfused_gradient,
	[ROLE_PARAMETER] = bind_parameter, [ROLE_PARAMETER_GRADIENT] = bind_parameter_gradient,
	[ROLE_SAVED] = bind_saved, [ROLE_SCRATCH] = bind_scratch, [ROLE_SUMS] = bind_sums, [ROLE_PACK] = bind_pack,
	[ROLE_INPUT_NORM] = bind_input_norm, [ROLE_INPUT_NORMS] = bind_input_norms,
	[ROLE_NORM_STATISTICS] = bind_norm_statistics, [ROLE_NORM_GRADIENT] = bind_norm_gradient,
	[ROLE_ADDENDS] = bind_addends, [ROLE_MERGED_SUMS] = bind_merged_sums, [ROLE_MERGED_GRADIENT] = bind_merged_gradient,
};

void bind_roles(struct builder *b, struct step *s, const struct group *g, const unsigned short *takes)
{
	const struct binding x = {b, s, g};
	for (; *takes; takes++) {
		const enum role role = *takes & ROLE_MASK;
		const int first = s->n_arguments;
		binders[roles[role].kind](&x, role);
		for (int i = first; i < s->n_arguments; i++)
			s->arguments[i].made |= (*takes & ROLE_MADE) != 0;
		if (*takes & ROLE_SHARED)
			s->shared = s->arguments[first].buffer;
	}
}

bool bind_lacks(const struct builder *b, const struct group *g, enum role role)
{
	const struct role_row *row = &roles[role];
	switch (row->kind) {
	case ROLE_CONDITION: return !is_fused(g);
	case ROLE_INPUT_GRADIENT: return b->purpose != TRAIN || !g->in[row->number]->needs_gradient;
	case ROLE_PARAMETER: return !g->parameters[row->number];
	default: return false;
	}
}

void bind_again(struct builder *b, const struct group *g)
{
	b->values[g->out->index] = NULL;
	tensor_buffer(b, g->out, b->values, 'R');
	memset(&b->scratch[g->index * KERNEL_BUFFERS], 0, sizeof *b->scratch * KERNEL_BUFFERS);
}
