/* The view of a plan's schedules: functions of kernels, each distinct one once, and the passes that call them. What does
 * not depend on the plan is in view_model.c. */
#include <string.h>
#include "ctext.h"
#include "template.h"
#include "view_parts.h"

struct function { const char *body, *base, *name; int count; };

struct naming {
	struct arena *arena;
	const struct target *target;
	const struct templates *templates;
	const char *file;
	struct object *root;
	struct function *functions; int n;
};

static const char FUNCTION[] = "\001";  /* stands for a function's name until bodies have been compared */

/* ---- functions ---- */

/* "convolution_reference_forward" of "cpu/convolution_reference/forward.c" */
static const char *base_name(struct arena *a, const char *template)
{
	const char *from = strchr(template, '/') + 1;
	char *s = arena_copy(a, from, (size_t)(strrchr(from, '.') - from));
	for (char *p = s; *p; p++)
		if (*p == '/')
			*p = '_';
	return s;
}

static const char *with_name(struct arena *a, const char *body, const char *name)
{
	struct text t = {.arena = a};
	for (const char *mark; (mark = strstr(body, FUNCTION)); body = mark + strlen(FUNCTION)) {
		text_add_bytes(&t, body, (size_t)(mark - body));
		text_add(&t, name);
	}
	text_add(&t, body);
	return t.text;
}

/* The name of the function with this body: an earlier one's if it is the same. */
static const char *function_of(struct naming *n, const char *template, struct object *o)
{
	const char *base = base_name(n->arena, template);
	object_text(o, "function", "%s", FUNCTION);
	const char *body = template_render(o->arena, n->templates, template, o);
	int same_base = 0;
	for (int i = 0; i < n->n; i++) {
		if (!strcmp(n->functions[i].base, base)) {
			same_base++;
			if (!strcmp(n->functions[i].body, body))
				return n->functions[i].name;
		}
	}
	const char *name = arena_format(n->arena, "%s_%d", base, same_base + 1);
	body = arena_copy(n->arena, body, strlen(body));
	n->functions[n->n++] = (struct function){.body = body, .base = base, .name = name};
	struct object *function = object_item(n->root, "functions");
	object_text(function, "name", "%s", name);
	object_text(function, "text", "%s", with_name(n->arena, body, name));
	return name;
}

/* "convolution, 3": the place of what the call is told in its list, where it stands once. */
static const char *product_of(struct naming *n, const struct step *s, struct object *values)
{
	const char *list = s->group->kernel->library, *text = template_render(values->arena, n->templates, s->template, values);
	const struct field *field = object_find(n->root, list);
	int i = 0;
	while (i < field->n && strcmp(object_find(field->items[i], "text")->text, text))
		i++;
	if (i == field->n)
		object_text(object_item(n->root, list), "text", "%s", text);
	return arena_format(n->arena, "%s, %d", list, i);
}

/* ---- calls ---- */

static const char *place(struct arena *a, const struct buffer *x, enum domain domain)
{
#define IN_PASS {"sample + %s", "sums + %s", "thread + %s", "work->fixed + %s", "work->weights + %s", "work->gradients + %s"}
#define ON_GPU {"SAMPLES(%s)", "SUMS(%s)", "", "ONCE(%s)", "WEIGHTS(%s)", "GRADIENTS(%s)"}
	static const char *const places[][ARENA_GRADIENTS + 1] = {
		[DOMAIN_SAMPLE] = IN_PASS, [DOMAIN_SLOT] = IN_PASS,
		[DOMAIN_TILE] = {"work->samples + %s", "work->slots + %s", "work->threads + %s", "work->fixed + %s", "work->weights + %s",
			"work->gradients + %s"},
		[DOMAIN_ELEMENTS] = ON_GPU, [DOMAIN_BLOCKS] = ON_GPU, [DOMAIN_LIBRARY] = ON_GPU,
	};
	return arena_format(a, places[domain][x->arena], x->name);
}

static const char *argument(struct arena *a, const struct argument *x, enum domain domain)
{
	if (x->buffer)
		return place(a, x->buffer, domain);
	switch (x->role) {
	case LOSS: return "&work->loss[i]";
	case METRIC: return arena_format(a, domain == DOMAIN_ELEMENTS ? "METRIC(%d)" : "&work->metrics[%d * work->n + i]", x->number);
	case SAMPLE: return domain == DOMAIN_SLOT ? "begin" : "i";
	case SAMPLES: return "end - begin";
	case SLOT_INDEX: return "i - begin";
	default: return roles[x->role].name;
	}
}

/* A call up to its first argument: of the function itself, or a launch on a GPU. */
static void open_call(struct text *t, const struct step *s, const char *function, const char *tiles)
{
	if (s->domain == DOMAIN_ELEMENTS)
		text_format(t, "LAUNCH(%s, ELEMENTS(%s), ", function, tiles);
	else if (s->domain == DOMAIN_BLOCKS)
		text_format(t, "LAUNCH(%s, %s, ", function, tiles);
	else if (s->domain == DOMAIN_LIBRARY)
		text_format(t, "PRODUCT(%s, ", function);
	else
		text_format(t, "%s(", function);
}

static const char *call_text(struct arena *a, const struct step *s, const char *function, const char *tiles)
{
	struct text t = {.arena = a};
	size_t line = 0;
	open_call(&t, s, function, tiles);
	for (int i = 0; i < s->n_arguments; i++) {
		const char *x = argument(a, &s->arguments[i], s->domain);
		if (i)
			text_add(&t, t.size - line > 90 ? ",\n\t\t\t" : ", ");
		if (t.text[t.size - 1] == '\t')
			line = t.size;
		text_add(&t, x);
	}
	text_add(&t, s->domain == DOMAIN_TILE ? ", tile)" : ")");
	return t.text;
}

/* "24x24x64", as in NHWC */
static const char *sizes(struct arena *a, struct shape s)
{
	struct text t = {.arena = a};
	for (int i = 0; i < s.rank; i++)
		text_format(&t, "%s%d", i ? "x" : "", s.size[i]);
	return t.text;
}

/* "conv2d_1 + max_pooling2d_1 (mnist_cnn.yaml:27-28)  28x28x1 -> 13x13x32" */
static const char *group_words(struct arena *a, const struct group *g, const char *file)
{
	struct text t = {.arena = a};
	const struct layer *first = g->ops[0]->layer, *last = NULL;
	for (int i = 0; i < g->n; i++) {
		if (g->ops[i]->layer == last)
			continue;
		last = g->ops[i]->layer;
		text_format(&t, "%s%s", i ? " + " : "", last->name);
	}
	text_format(&t, " (%s:%d", c_comment(a, file), first->at.line);
	if (last->at.line > first->at.line)
		text_format(&t, "-%d", last->at.line);
	text_add(&t, ")");
	if (g->n_in && g->out)
		text_format(&t, "  %s -> %s", sizes(a, g->in[0]->shape), sizes(a, g->out->shape));
	return t.text;
}

/* What a step is, for the comment above its call. */
static const char *provenance(struct arena *a, const struct step *s, const char *file)
{
	if (s->merged)
		return arena_format(a, "%s's %s: the gradient's sums, merged in order", s->merged->layer->name, s->merged->name);
	if (s->metric)
		return s->metric->name;
	const struct op *last = s->group->ops[s->group->n - 1];
	const char *what = group_words(a, s->group, file);
	if (last->type == &op_loss)
		what = s->group->n > 1 ? arena_format(a, "%s's softmax and %s", s->group->ops[0]->layer->name, last->function->name)
			: last->function->name;
	if (s->sum)
		what = arena_format(a, "%s, and the sum %s", what, s->sum->out->name);
	return arena_format(a, "%s, %s", what, s->what);
}

static void add_trace(struct object *o, const char *list, const struct group *g, const struct buffer *x, enum domain domain)
{
	struct object *trace = object_item(o, list);
	object_text(trace, "layer", "%d", g->ops[g->n - 1]->layer->index);
	object_text(trace, "place", "%s", place(o->arena, x, domain));
	object_text(trace, "count", "%ld", x->size);
}

static bool takes_label(const struct step *s)
{
	for (int i = 0; i < s->n_arguments; i++)
		if (s->arguments[i].role == LABEL)
			return true;
	return false;
}

static bool uses(const struct step *s, enum arena_kind arena)
{
	for (int i = 0; i < s->n_arguments; i++)
		if (s->arguments[i].buffer && s->arguments[i].buffer->arena == arena)
			return true;
	for (int i = 0; i < s->n_traced; i++)
		if (s->traced_buffers[i]->arena == arena)
			return true;
	return false;
}

/* What is added up over several GPUs or hosts. */
static void add_sharing(struct object *o, const struct step *s)
{
	object_flag(o, "shared", s->shared != NULL);
	object_flag(o, "reduced", s->reduce_count > 0);
	if (s->shared) {
		object_text(o, "shared_place", "%s", place(o->arena, s->shared, s->domain));
		object_text(o, "shared_count", "%ld", s->shared->size);
	}
	object_text(o, "reduce_from", "%ld", s->reduce_from);
	object_text(o, "reduce_count", "%ld", s->reduce_count);
}

static void add_step(struct naming *n, struct object *list, const struct step *s)
{
	struct arena *scratch = arena_new();            /* most functions are the same as an earlier one */
	struct object *o = object_item(list, "steps"), *values = view_step(scratch, n->root, n->target, s);
	const char *function = s->domain == DOMAIN_LIBRARY ? product_of(n, s, values) : function_of(n, s->template, values);
	const char *tiles = template_render_text(n->arena, n->templates, "tiles", s->tiles, values);
	arena_free(scratch);
	object_text(o, "call", "%s", call_text(n->arena, s, function, tiles));
	object_text(o, "provenance", "%s", provenance(n->arena, s, n->file));
	object_text(o, "tiles", "%s", tiles);
	object_flag(o, "traces_before", false);
	object_flag(o, "traces", false);
	object_flag(o, "sums", s->sums);
	object_flag(o, "forks", s->fork_before);
	object_flag(o, "begins_aside", s->begins_side_stream);
	object_flag(o, "ends_aside", s->ends_side_stream);
	add_sharing(o, s);
	for (int i = 0; i < s->n_traced; i++)
		add_trace(o, "traces_before", s->traced[i], s->traced_buffers[i], s->domain);
	const struct group *made = s->sum ? s->sum : s->group;
	for (int i = 0; i < s->n_arguments && s->gives_output; i++) {
		const struct buffer *x = s->arguments[i].buffer;
		if (x && !strcmp(x->name, arena_format(n->arena, "Y_%s", plan_storage(made->out)->name)))
			add_trace(o, "traces", made, x, s->domain);
	}
}

static void add_pass(struct naming *n, struct object *o, const struct schedule *s, const struct segment *segment)
{
	bool used[ARENAS] = {false}, label = false;
	for (int i = segment->first; i < segment->first + segment->n; i++) {
		add_step(n, o, &s->steps[i]);
		label |= takes_label(&s->steps[i]);
		for (int k = 0; k < ARENAS; k++)
			used[k] |= uses(&s->steps[i], (enum arena_kind)k);
	}
	object_flag(o, "by_sample", segment->domain == DOMAIN_SAMPLE);
	object_flag(o, "by_slot", segment->domain == DOMAIN_SLOT);
	object_flag(o, "sample", used[ARENA_SAMPLE]);
	object_flag(o, "sums", used[ARENA_SLOT] || segment->zero_count);
	object_flag(o, "thread", used[ARENA_THREAD]);
	object_flag(o, "label", label);
	object_flag(o, "zero", segment->zero_count > 0);
	object_text(o, "zero_from", "%ld", segment->zero_from);
	object_text(o, "zero_count", "%ld", segment->zero_count);
}

static void add_segments(struct naming *n, struct object *schedule, const char *prefix, const struct schedule *s)
{
	int passes = 0;
	object_flag(schedule, "segments", false);
	object_flag(schedule, "passes", false);
	for (int i = 0; i < s->n_segments; i++) {
		const struct segment *g = &s->segments[i];
		struct object *o = object_item(schedule, "segments");
		object_flag(o, "tile", g->domain == DOMAIN_TILE);
		object_flag(o, "pass", g->domain != DOMAIN_TILE);
		if (g->domain == DOMAIN_TILE) {
			add_step(n, o, &s->steps[g->first]);
			object_flag(o, "nowait", s->steps[g->first].merged != NULL);
			continue;
		}
		object_text(o, "pass_name", "%s_%d", prefix, ++passes);
		struct object *pass = object_item(schedule, "passes");
		object_text(pass, "pass_name", "%s_%d", prefix, passes);
		add_pass(n, pass, s, g);
	}
}

/* Whole batches are steps in a row; all else is segments of steps. */
static void add_schedule(struct naming *n, const char *name, const char *prefix, const struct schedule *s)
{
	struct object *schedule = object_item(n->root, name);
	if (!n->target->whole_batches) {
		add_segments(n, schedule, prefix, s);
		return;
	}
	bool side_streams = false;
	object_flag(schedule, "steps", false);
	for (int i = 0; i < s->n; i++) {
		add_step(n, schedule, &s->steps[i]);
		side_streams |= s->steps[i].side_stream;
	}
	object_flag(schedule, "asides", side_streams);
}

static void add_offsets(struct object *root, const struct schedule *s)
{
	for (int i = 0; i < s->n_buffers; i++) {
		struct object *o = object_item(root, "offsets");
		static const char *const owners[] = {"sample", "slot", "thread", "once"};
		object_text(o, "name", "%s", s->buffers[i]->name);
		object_text(o, "offset", "%ld", s->buffers[i]->offset);
		object_text(o, "size", "%ld", s->buffers[i]->size);
		object_text(o, "owner", "%s", owners[s->buffers[i]->arena]);
	}
}

/* Reals of the largest tensor a sample. */
static long largest(const struct plan *p)
{
	long most = 0;
	for (int i = 0; i < p->train.n_buffers; i++)
		if (p->train.buffers[i]->arena == ARENA_SAMPLE && p->train.buffers[i]->size > most)
			most = p->train.buffers[i]->size;
	return most;
}

static const struct object *object_of_plan(struct arena *a, const struct plan *p, const struct templates *t)
{
	static const char *const sizes[ARENAS] = {"sample_size", "slot_size", "thread_size", "fixed_size"};
	struct naming n = {.arena = a, .target = p->target, .templates = t, .file = p->graph->spec->file, .root = object_new(a)};
	int most = p->train.n + p->prepare.n + p->evaluate.n;
	n.functions = ARENA_ARRAY(a, struct function, most);
	view_model(n.root, p);
	object_flag(n.root, "several_hosts", p->options.several_hosts);
	object_flag(n.root, "offsets", false);
	object_flag(n.root, "convolution", false);
	object_flag(n.root, "dense", false);
	add_schedule(&n, "train", "train", &p->train);
	add_schedule(&n, "prepare", "prepare", &p->prepare);
	add_schedule(&n, "evaluate", "evaluate", &p->evaluate);
	object_flag(n.root, "openblas", (plan_needs(p) & NEEDS_OPENBLAS) != 0);
	object_flag(n.root, "libraries", object_find(n.root, "convolution")->n + object_find(n.root, "dense")->n > 0);
	add_offsets(n.root, &p->train);
	add_offsets(n.root, &p->prepare);
	add_offsets(n.root, &p->evaluate);
	object_text(n.root, "largest", "%ld", largest(p));
	for (int i = 0; i < ARENAS; i++)
		object_text(n.root, sizes[i], "%ld", p->size[i]);
	return n.root;
}

struct view view_of_plan(struct arena *a, const struct plan *p, const struct templates *t)
{
	return (struct view){object_of_plan(a, p, t), p->amx ? object_of_plan(a, p->amx, t) : NULL};
}
