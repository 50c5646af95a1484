/* Weights from Keras's HDF5 files: Keras 2's and tf_keras's, Keras 3's .h5, ours, and keras-mxnet's. Layers are matched by
 * name if all names are there, else in order. The optimizer's state is checkpoint_optimizer.c's. */
#include "checkpoint_keras.h"
#include "export.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the file's entries ---- */

static int out_of_memory(const struct weights_file *w)
{
	return rt_fail(RT_SYSTEM_ERROR, "not enough memory to read %s", w->path);
}

static struct entry *add_entry(struct weights_file *w, const char *layer, size_t size)
{
	struct entry *list = realloc(w->entries, ((size_t)w->n + 1) * sizeof *list);
	char *name = strndup(layer, size);

	if (!list || !name) {
		w->entries = list ? list : w->entries;
		free(name);
		return NULL;
	}
	w->entries = list;
	list[w->n] = (struct entry){.layer = name};
	return &list[w->n++];
}

static bool add_weight(struct entry *e, const char *group, const char *name)
{
	size_t size = strlen(group) + strlen(name) + 2;
	char **paths = realloc(e->paths, ((size_t)e->n + 1) * sizeof *paths);

	if (!paths)
		return false;
	e->paths = paths;
	paths[e->n] = malloc(size);
	if (!paths[e->n])
		return false;
	snprintf(paths[e->n++], size, "%s/%s", group, name);
	return true;
}

/* The layer in a weight's name: conv2d_1 in model/conv2d_1/kernel:0. Empty if it has no slash. */
static const char *layer_in_name(const char *name, size_t *size)
{
	const char *end = strrchr(name, '/'), *begin = end ? end : name;

	while (begin > name && begin[-1] != '/')
		begin--;
	*size = end ? (size_t)(end - begin) : 0;
	return begin;
}

/* Whether the group is a model in the model, whose weights are those of several layers. */
static bool is_nested(const struct rt_names *names)
{
	size_t first_size, size;
	const char *first = layer_in_name(names->list[0], &first_size);

	for (int i = 1; i < names->n; i++) {
		const char *layer = layer_in_name(names->list[i], &size);

		if (size != first_size || memcmp(layer, first, size))
			return true;
	}
	return false;
}

static struct entry *find_or_add(struct weights_file *w, int first, const char *layer, size_t size)
{
	for (int i = first; i < w->n; i++)
		if (strlen(w->entries[i].layer) == size && !memcmp(w->entries[i].layer, layer, size))
			return &w->entries[i];
	return add_entry(w, layer, size);
}

static bool add_group(struct weights_file *w, const char *group, const struct rt_names *names)
{
	bool nested = names->n && is_nested(names);
	int first = w->n;

	for (int i = 0; i < names->n; i++) {
		size_t size = strlen(group);
		const char *layer = nested ? layer_in_name(names->list[i], &size) : group;
		struct entry *e = find_or_add(w, first, layer, size);

		if (!e || !add_weight(e, group, names->list[i]))
			return false;
	}
	return true;
}

static int read_group(struct weights_file *w, const char *name)
{
	hid_t group = rt_hdf5_group(w->group, name);
	struct rt_names names = {0};
	bool ok = group >= 0 && rt_hdf5_names(group, "weight_names", &names);
	int result = 0;

	if (!ok)
		result = rt_fail(RT_DATA_ERROR, "%s: the layer '%s' has no list of weights", w->path, rt_show(name, SIZE_MAX).text);
	else if (!add_group(w, name, &names))
		result = out_of_memory(w);
	rt_names_free(&names);
	if (group >= 0)
		H5Gclose(group);
	return result;
}

static int read_entries(struct weights_file *w)
{
	struct rt_names layers = {0};
	int result = 0;

	if (!rt_hdf5_names(w->group, "layer_names", &layers))
		result = rt_fail(RT_DATA_ERROR, "%s: no weights that Keras saved: there is no list of layers in it", w->path);
	for (int i = 0; i < layers.n && !result; i++)
		result = read_group(w, layers.list[i]);
	rt_names_free(&layers);
	return result;
}

static void free_entries(struct weights_file *w)
{
	for (int i = 0; i < w->n; i++) {
		for (int k = 0; k < w->entries[i].n; k++)
			free(w->entries[i].paths[k]);
		free(w->entries[i].paths);
		free(w->entries[i].layer);
	}
	free(w->entries);
}

/* ---- matching ---- */

static int parameters_of(const struct rt_model *m, int layer)
{
	int n = 0;

	for (int i = 0; i < m->n_parameters; i++)
		n += m->parameters[i].layer == layer;
	return n;
}

/* Our layers with weights, in Keras's order where an export says it. malloc. */
static int *weighted_layers(const struct rt_model *m, int *n)
{
	const char *config = NULL;
	int all = 0, *order, kept = 0;

	for (int i = 0; i < m->n_exports && !config; i++)
		config = m->exports[i].write == rt_export_keras ? m->exports[i].text : NULL;
	if (config)
		order = rt_keras_order(m, config, &all);
	else
		order = malloc((size_t)m->n_layers * sizeof *order);
	for (int i = 0; !config && order && i < m->n_layers; i++)
		order[all++] = i;
	for (int i = 0; i < all; i++)
		if (parameters_of(m, order[i]))
			order[kept++] = order[i];
	*n = kept;
	return order;
}

static struct entry *find_entry(struct weights_file *w, const char *layer)
{
	for (int i = 0; i < w->n; i++)
		if (!strcmp(w->entries[i].layer, layer))
			return &w->entries[i];
	return NULL;
}

static void match(struct weights_file *w, const struct rt_model *m, const int *layers)
{
	bool by_name = true;

	for (int i = 0; i < w->n; i++)
		by_name = by_name && find_entry(w, m->layers[layers[i]].name);
	for (int i = 0; i < w->n; i++)
		(by_name ? find_entry(w, m->layers[layers[i]].name) : &w->entries[i])->our_layer = layers[i];
}

static int match_layers(struct weights_file *w, const struct rt_model *m)
{
	int n = 0, result = 0, *layers = weighted_layers(m, &n);

	if (!layers)
		result = out_of_memory(w);
	else if (n != w->n)
		result = rt_fail(RT_DATA_ERROR, "%s has %d layers with weights, the model %s has %d; both must have one architecture",
			w->path, w->n, m->name, n);
	else
		match(w, m, layers);
	free(layers);
	return result;
}

/* ---- weights ---- */

static void shape_text(char *text, size_t size, int rank, const long *dims)
{
	int used = snprintf(text, size, rank ? "%ld" : "()", rank ? dims[0] : 0);

	for (int i = 1; i < rank; i++)
		used += snprintf(text + used, size - (size_t)used, "x%ld", dims[i]);
}

static int fail_shape(const struct weights_file *w, const struct rt_model *m, const struct rt_parameter *p, int rank,
	const long *dims)
{
	char found[128], wanted[128];

	shape_text(found, sizeof found, rank, dims);
	shape_text(wanted, sizeof wanted, p->rank, p->dims);
	return rt_fail(RT_DATA_ERROR, "%s: the %s of '%s' is %s, the model %s needs %s", w->path, p->name,
		m->layers[p->layer].name, found, m->name, wanted);
}

static bool same_shape(const struct rt_parameter *p, int rank, const long *dims)
{
	return rank == p->rank && !memcmp(dims, p->dims, (size_t)rank * sizeof *dims);
}

bool rt_all_finite(const real *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return false;
	return true;
}

/* keras-mxnet keeps kernels of channels_first models as OIHW. */
static bool is_transposed(const struct weights_file *w, const struct rt_model *m, const struct rt_parameter *p)
{
	return p->rank == 4 && m->channels_first && w->backend && !strcmp(w->backend, "mxnet");
}

static int read_transposed(const struct weights_file *w, const struct rt_parameter *p, const char *path, real *to)
{
	long h = p->dims[0], width = p->dims[1], in = p->dims[2], out = p->dims[3];
	real *from = malloc(p->count * sizeof *from);
	bool ok = from && rt_hdf5_reals(w->group, path, from);

	for (size_t i = 0; i < p->count && ok; i++) {
		size_t o = i % (size_t)out, c = i / (size_t)out % (size_t)in, pixel = i / (size_t)(out * in);

		to[i] = from[(o * (size_t)in + c) * (size_t)(h * width) + pixel];
	}
	free(from);
	return ok ? 0 : -1;
}

static int read_weight(const struct weights_file *w, const struct rt_model *m, const struct rt_parameter *p,
	const char *path, real *to)
{
	bool transposed = is_transposed(w, m, p), ok;
	long dims[4], oihw[4];
	int rank = rt_hdf5_shape(w->group, path, dims);

	if (rank < 0)
		return rt_fail(RT_DATA_ERROR, "%s: '%s' is no array of numbers", w->path, rt_show(path, SIZE_MAX).text);
	if (transposed && rank == 4) {
		memcpy(oihw, dims, sizeof oihw);
		memcpy(dims, (const long[]){oihw[2], oihw[3], oihw[1], oihw[0]}, sizeof dims);
	}
	if (!same_shape(p, rank, dims))
		return fail_shape(w, m, p, rank, dims);
	ok = transposed ? !read_transposed(w, p, path, to) : rt_hdf5_reals(w->group, path, to);
	if (!ok)
		return rt_fail(RT_DATA_ERROR, "%s: '%s' cannot be read", w->path, rt_show(path, SIZE_MAX).text);
	if (!rt_all_finite(to, p->count))
		return rt_fail(RT_DATA_ERROR, "%s: the %s of '%s' holds a number that is not finite", w->path, p->name,
			m->layers[p->layer].name);
	return 0;
}

static int read_layer(const struct weights_file *w, const struct rt_model *m, const struct entry *e, real *weights)
{
	int n = parameters_of(m, e->our_layer), k = 0;

	if (n != e->n)
		return rt_fail(RT_DATA_ERROR, "%s: the layer '%s' has %d arrays of weights, the model's '%s' has %d", w->path,
			rt_show(e->layer, SIZE_MAX).text, e->n, m->layers[e->our_layer].name, n);
	for (int i = 0; i < m->n_parameters; i++) {
		const struct rt_parameter *p = &m->parameters[i];

		if (p->layer == e->our_layer && read_weight(w, m, p, e->paths[k++], weights + p->offset))
			return -1;
	}
	return 0;
}

static int read_weights(struct weights_file *w, const struct rt_model *m, real *weights)
{
	if (w->backend && !strcmp(w->backend, "theano"))
		return rt_fail(RT_DATA_ERROR, "%s was saved by Keras on Theano, which flips kernels; load and save it on TensorFlow",
			w->path);
	if (read_entries(w) || match_layers(w, m))
		return -1;
	for (int i = 0; i < w->n; i++)
		if (read_layer(w, m, &w->entries[i], weights))
			return -1;
	return 0;
}

int rt_keras_read(struct rt_state *s, const struct rt_model *m, const char *path, const char *bytes, size_t size, char *note)
{
	struct weights_file w = {.path = path, .note = note, .file = rt_hdf5_open(bytes, size)};
	int result;

	if (w.file < 0)
		return rt_fail(RT_DATA_ERROR, "%s is not an HDF5 file", path);
	w.group = rt_hdf5_group(w.file, "model_weights");
	if (w.group < 0)                        /* save_weights puts the layers at the top */
		w.group = H5Gopen2(w.file, "/", H5P_DEFAULT);
	w.backend = rt_hdf5_text(w.group, "backend");
	result = read_weights(&w, m, s->weights);
	if (!result && s->states)
		result = rt_optimizer_read(s, m, &w);
	free(w.backend);
	free_entries(&w);
	H5Fclose(w.file);
	return result;
}
