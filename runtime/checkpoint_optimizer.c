/* The optimizer's state in Keras's files. Keras 2 lists the number of updates, then each state for all weights; Keras 3
 * and tf_keras's new optimizers list all states of one weight after the other. A state that does not fit is left aside
 * with a line that says so: weights alone are a start too. */
#include "checkpoint_keras.h"
#include "export.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct reading {
	const struct rt_model *model;
	hid_t group;
	struct rt_names names;              /* the arrays' paths; the scalars among them are taken out */
	int *parameters; int n;             /* the trainable ones, in the file's order */
	bool by_weight;                     /* Keras 3's order */
	const char *why;                    /* what does not fit */
};

/* Keras's class in training_config, malloc; NULL if there is none. */
static char *saved_class(hid_t file)
{
	char *text = rt_hdf5_text(file, "training_config"), *name = NULL;
	cJSON *root = text ? cJSON_Parse(text) : NULL;
	const cJSON *config = cJSON_GetObjectItemCaseSensitive(root, "optimizer_config");
	const char *class = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(config, "class_name"));

	if (class)
		name = strdup(strncmp(class, "Custom>", 7) ? class : class + 7);
	cJSON_Delete(root);
	free(text);
	return name;
}

/* The last part of a path without TensorFlow's ":0". */
static bool is_called(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
	size_t size = strcspn(last, ":");

	return strlen(name) == size && !memcmp(last, name, size);
}

static void take_out(struct rt_names *names, int i)
{
	free(names->list[i]);
	names->n--;
	memmove(names->list + i, names->list + i + 1, (size_t)(names->n - i) * sizeof *names->list);
}

/* Reads the count that one of the names leads to, and takes that name out. */
static bool read_count(struct reading *r, const char *name, int64_t *iterations)
{
	double count;

	for (int i = 0; i < r->names.n; i++) {
		if (!is_called(r->names.list[i], name))
			continue;
		if (!rt_hdf5_number(r->group, r->names.list[i], &count) || count < 0 || count > 9007199254740992.0)
			return false;
		*iterations = (int64_t)count;
		take_out(&r->names, i);
		return true;
	}
	return false;
}

static void drop_scalars(struct reading *r, const char *name)
{
	for (int i = r->names.n - 1; i >= 0; i--)
		if (is_called(r->names.list[i], name))
			take_out(&r->names, i);
}

static bool read_iterations(struct reading *r, int64_t *iterations)
{
	const char *optimizer = r->model->optimizer.name;
	double count;

	*iterations = 0;
	drop_scalars(r, "learning_rate");
	r->by_weight = read_count(r, "iteration", iterations);
	if (r->by_weight || read_count(r, "iterations", iterations))
		return true;
	if (read_count(r, "iter", iterations)) {
		if (strcmp(optimizer, "SGD"))
			return true;
		r->why = "is TensorFlow's own SGD's, whose momentum lacks the learning rate";
		return false;
	}
	if (rt_hdf5_number_attribute(r->group, "iterations", &count) && count >= 0 && count < 9007199254740992.0)
		*iterations = (int64_t)count;
	return !rt_keras_saves_iterations(optimizer);
}

static bool read_state(struct reading *r, const char *path, const struct rt_parameter *p, real *to)
{
	long dims[4];
	int rank = rt_hdf5_shape(r->group, path, dims);

	return rank == p->rank && !memcmp(dims, p->dims, (size_t)rank * sizeof *dims) && rt_hdf5_reals(r->group, path, to) &&
		rt_all_finite(to, p->count);
}

static bool read_states(struct reading *r, real *states)
{
	const struct rt_optimizer *o = &r->model->optimizer;
	int wanted = o->states * r->n, saved = (o->states + o->empty_states) * r->n;

	if (r->names.n == 0 && r->by_weight)    /* without momentum Keras 3 keeps none */
		return true;
	if (r->names.n != wanted && (r->by_weight || r->names.n != saved))
		return false;
	for (int i = 0; i < wanted; i++) {
		/* Keras 3 pairs the first two states of each weight; AMSGrad's third follows as a whole. */
		bool paired = r->by_weight && o->states > 1 && i < 2 * r->n;
		int state = paired ? i % 2 : i / r->n, k = paired ? i / 2 : i % r->n;
		const struct rt_parameter *p = &r->model->parameters[r->parameters[k]];

		if (!read_state(r, r->names.list[i], p, states + (size_t)state * r->model->trainable + p->offset))
			return false;
	}
	return true;
}

static bool read_all(struct reading *r, struct rt_state *s, const struct weights_file *w)
{
	int *layers = malloc(((size_t)w->n + 1) * sizeof *layers);
	bool ok;

	for (int i = 0; layers && i < w->n; i++)
		layers[i] = w->entries[i].our_layer;
	r->parameters = layers ? rt_keras_parameters(r->model, layers, w->n, true, &r->n) : NULL;
	ok = r->parameters && rt_hdf5_names(r->group, "weight_names", &r->names) && read_iterations(r, &s->iterations) &&
		read_states(r, s->states);
	free(layers);
	free(r->parameters);
	rt_names_free(&r->names);
	return ok;
}

static void start_fresh(struct rt_state *s, const struct rt_model *m)
{
	s->iterations = 0;
	if (m->optimizer.states)
		memset(s->states, 0, (size_t)m->optimizer.states * m->trainable * sizeof *s->states);
}

int rt_optimizer_read(struct rt_state *s, const struct rt_model *m, const struct weights_file *w)
{
	struct reading r = {.model = m, .group = rt_hdf5_group(w->file, "optimizer_weights"), .why = "does not fit the model"};
	char *class = NULL;

	start_fresh(s, m);
	if (r.group < 0)
		return 0;
	class = saved_class(w->file);
	if (!class || strcasecmp(class, m->optimizer.name)) {
		snprintf(w->note, RT_REASON, "%s holds the state of the optimizer %s, and this job trains with %s: starting with a fresh one",
			w->path, class ? rt_show(class, SIZE_MAX).text : "(unnamed)", m->optimizer.name);
	} else if (!read_all(&r, s, w)) {
		start_fresh(s, m);
		snprintf(w->note, RT_REASON, "%s: the optimizer's state %s: starting with a fresh one", w->path, r.why);
	}
	free(class);
	H5Gclose(r.group);
	return 0;
}
