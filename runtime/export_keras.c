/* Keras's HDF5 file, as Keras 2.2.4's model.save lays it out; weights lie in Keras's order already. The file is made in
 * memory, so that the only thing that can fail is memory, and then written whole: HDF5 itself cannot be stopped safely
 * by a full disk. No times are stored: equal weights make equal files. */
#include "export.h"
#include <hdf5.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTRIBUTE_MOST = 64512 };        /* bytes that Keras lets an attribute have; it cuts longer lists in chunks */
static const char version[] = "2.2.4", backend[] = "tensorflow";

/* Names for an attribute; width is the longest one's. */
struct names { char **list; size_t width; int n; };

/* Also ids of what could not be made. */
static void drop(hid_t id)
{
	if (id >= 0)
		H5Idec_ref(id);
}

static bool add_attribute(hid_t object, const char *name, hid_t type, hid_t space, const void *data)
{
	hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
	bool ok = attribute >= 0 && (!data || H5Awrite(attribute, type, data) >= 0);

	drop(attribute);
	return ok;
}

/* Text of any length, as h5py stores bytes. */
static bool add_text(hid_t object, const char *name, const char *text)
{
	hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
	bool ok = type >= 0 && H5Tset_size(type, H5T_VARIABLE) >= 0 && add_attribute(object, name, type, space, &text);

	drop(type);
	drop(space);
	return ok;
}

/* n names of equal size, padded with zeros, as h5py stores arrays of bytes. */
static bool add_chunk(hid_t object, const char *name, char *const *names, int n, size_t width)
{
	hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &(hsize_t){(hsize_t)n}, NULL);
	char *bytes = calloc((size_t)n, width);
	bool ok = bytes && type >= 0 && H5Tset_size(type, width) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0;

	for (int i = 0; i < n && ok; i++)
		memcpy(bytes + (size_t)i * width, names[i], strlen(names[i]));
	ok = ok && add_attribute(object, name, type, space, bytes);
	free(bytes);

	drop(type);
	drop(space);
	return ok;
}

static bool add_empty(hid_t object, const char *name)
{
	hid_t space = H5Screate_simple(1, &(hsize_t){0}, NULL);
	bool ok = add_attribute(object, name, H5T_IEEE_F64LE, space, NULL);

	drop(space);
	return ok;
}

/* A list too long for one attribute becomes name0, name1, …, cut as numpy's array_split cuts. */
static bool add_names(hid_t object, const char *name, const struct names *list)
{
	int chunks = 1, first = 0;
	bool ok = true;

	if (!list->n)
		return add_empty(object, name);
	while (((size_t)(list->n - 1) / (size_t)chunks + 1) * list->width > ATTRIBUTE_MOST)
		chunks++;
	if (chunks == 1)
		return add_chunk(object, name, list->list, list->n, list->width);
	for (int i = 0; i < chunks && ok; i++) {
		int n = list->n / chunks + (i < list->n % chunks);
		char numbered[RT_NAME];

		snprintf(numbered, sizeof numbered, "%s%d", name, i);
		ok = add_chunk(object, numbered, list->list + first, n, list->width);
		first += n;
	}
	return ok;
}

static hid_t add_group(hid_t parent, const char *name)
{
	hid_t properties = H5Pcreate(H5P_GROUP_CREATE), group = -1;

	if (properties >= 0 && H5Pset_obj_track_times(properties, false) >= 0)
		group = H5Gcreate2(parent, name, H5P_DEFAULT, properties, H5P_DEFAULT);
	drop(properties);
	return group;
}

/* name may have slashes: groups on the way are made; NULL: there was no memory for it. */
static bool add_dataset(hid_t group, const char *name, int rank, const long *dims, hid_t type, hid_t memory,
	const void *data)
{
	hsize_t sizes[4];
	hid_t links = H5Pcreate(H5P_LINK_CREATE), properties = H5Pcreate(H5P_DATASET_CREATE), space, dataset = -1;
	bool ok;

	for (int i = 0; i < rank; i++)
		sizes[i] = (hsize_t)dims[i];
	space = rank ? H5Screate_simple(rank, sizes, NULL) : H5Screate(H5S_SCALAR);
	if (name && H5Pset_create_intermediate_group(links, 1) >= 0 && H5Pset_obj_track_times(properties, false) >= 0)
		dataset = H5Dcreate2(group, name, type, space, links, properties, H5P_DEFAULT);
	ok = dataset >= 0 && H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
	drop(dataset);
	drop(space);
	drop(links);
	drop(properties);
	return ok;
}

static bool add_reals(hid_t group, const char *name, const struct rt_parameter *p, const real *values)
{
	hid_t memory = sizeof *values == sizeof(float) ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;

	return add_dataset(group, name, p->rank, p->dims, H5T_IEEE_F32LE, memory, values);
}

/* Adds a name; NULL without memory. */
__attribute__((format(printf, 2, 3)))
static const char *names_add(struct names *names, const char *format, ...)
{
	char **list = realloc(names->list, ((size_t)names->n + 1) * sizeof *list), *name;
	va_list arguments;
	int size;

	if (!list)
		return NULL;
	names->list = list;
	va_start(arguments, format);
	size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	name = malloc((size_t)size + 1);
	if (!name)
		return NULL;
	va_start(arguments, format);
	vsnprintf(name, (size_t)size + 1, format, arguments);
	va_end(arguments);
	names->width = (size_t)size > names->width ? (size_t)size : names->width;
	return names->list[names->n++] = name;
}

/* Writes and frees the names. */
static bool finish_names(hid_t object, const char *attribute, struct names *names, bool ok)
{
	ok = ok && add_names(object, attribute, names);
	for (int i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
	return ok;
}

static bool add_layer(hid_t weights, const struct rt_model *m, const struct rt_state *s, int layer)
{
	hid_t group = add_group(weights, m->layers[layer].name);
	struct names names = {0};
	bool ok = group >= 0;

	for (int i = 0; i < m->n_parameters && ok; i++) {
		const struct rt_parameter *p = &m->parameters[i];

		if (p->layer == layer)
			ok = add_reals(group, names_add(&names, "%s/%s:0", m->layers[layer].name, p->name), p,
				s->weights + p->offset);
	}
	ok = finish_names(group, "weight_names", &names, ok);
	drop(group);
	return ok;
}

static bool add_weights(hid_t file, const struct rt_model *m, const struct rt_state *s, const int *layers, int n)
{
	hid_t group = add_group(file, "model_weights");
	struct names names = {0};
	bool ok = group >= 0 && add_text(group, "backend", backend) && add_text(group, "keras_version", version);

	for (int i = 0; i < n && ok; i++)
		ok = names_add(&names, "%s", m->layers[layers[i]].name) && add_layer(group, m, s, layers[i]);
	ok = finish_names(group, "layer_names", &names, ok);
	drop(group);
	return ok;
}

/* Keras's names: training/SGD/Variable:0, then Variable_1:0 … */
static const char *add_state_name(struct names *names, const char *optimizer, int i)
{
	return i ? names_add(names, "training/%s/Variable_%d:0", optimizer, i) :
		names_add(names, "training/%s/Variable:0", optimizer);
}

static bool add_states(hid_t group, struct names *names, const struct rt_model *m, const struct rt_state *s,
	const int *parameters, int n)
{
	const struct rt_optimizer *o = &m->optimizer;
	bool ok = true;

	for (int i = 0; i < o->states * n && ok; i++) {
		const struct rt_parameter *p = &m->parameters[parameters[i % n]];

		ok = add_reals(group, add_state_name(names, o->name, i), p,
			s->states + (size_t)(i / n) * m->trainable + p->offset);
	}
	for (int i = o->states * n; i < (o->states + o->empty_states) * n && ok; i++)
		ok = add_dataset(group, add_state_name(names, o->name, i), 1, (long[]){1}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT,
			&(float){0});
	return ok;
}

/* Where Keras does not save the number of updates, an attribute that it ignores does. */
static bool add_iterations(hid_t group, struct names *names, const char *optimizer, int64_t iterations)
{
	hid_t space;
	bool ok;

	if (rt_keras_saves_iterations(optimizer))
		return add_dataset(group, names_add(names, "%s/iterations:0", optimizer), 0, NULL, H5T_STD_I64LE,
			H5T_NATIVE_INT64, &iterations);
	space = H5Screate(H5S_SCALAR);
	ok = add_attribute(group, "iterations", H5T_NATIVE_INT64, space, &iterations);
	drop(space);
	return ok;
}

static bool add_optimizer(hid_t file, const struct rt_model *m, const struct rt_state *s, const int *layers, int n_layers)
{
	int n, *parameters = rt_keras_parameters(m, layers, n_layers, true, &n);
	hid_t group = add_group(file, "optimizer_weights");
	struct names names = {0};
	bool ok = parameters && group >= 0 && add_iterations(group, &names, m->optimizer.name, s->iterations) &&
		add_states(group, &names, m, s, parameters, n);

	ok = finish_names(group, "weight_names", &names, ok);
	free(parameters);
	drop(group);
	return ok;
}

static bool add_training(hid_t file, const struct rt_export *e, const struct rt_model *m, const struct rt_state *s,
	const int *layers, int n)
{
	char *text = rt_export_text(e->training, m, s, false);
	bool ok = text && add_text(file, "training_config", text);

	free(text);
	return ok && (!e->include_optimizer || add_optimizer(file, m, s, layers, n));
}

static bool fill_file(hid_t file, const struct rt_export *e, const struct rt_model *m, const struct rt_state *s)
{
	char *text = rt_export_text(e->text, m, s, false);
	int n = 0, *layers = text ? rt_keras_order(m, text, &n) : NULL;
	bool ok = layers && add_text(file, "backend", backend) && add_text(file, "keras_version", version) &&
		add_text(file, "model_config", text) && add_weights(file, m, s, layers, n) &&
		(!e->training || add_training(file, e, m, s, layers, n));

	free(layers);
	free(text);
	return ok;
}

/* HDF5 opens what has the name of a file that it is to make, even of one that it makes in memory: here nothing can have it. */
static hid_t create_file(void)
{
	hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = -1;

	if (H5Pset_fapl_core(access, 1 << 20, false) >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
		file = H5Fcreate("/dev/null/keras", H5F_ACC_TRUNC, H5P_DEFAULT, access);
	drop(access);
	return file;
}

/* Adds the file that lies in the core driver's memory, without a copy of it. That memory grows in steps: the image's size is the
 * file's. */
static int add_file(struct rt_files *files, hid_t file, const struct rt_export *e, const struct rt_state *s)
{
	void **memory = NULL;
	ssize_t size = H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(file, NULL, 0);

	if (size <= 0 || H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&memory) < 0)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory to write %s", e->file);
	return rt_export_add(files, e, s, "", *memory, (size_t)size) ? 0 : -1;
}

int rt_export_keras(const struct rt_export *e, const struct rt_model *m, const struct rt_state *s, struct rt_files *files)
{
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	hid_t file = create_file();
	int result = file >= 0 && fill_file(file, e, m, s) ? add_file(files, file, e, s) :
		rt_fail(RT_SYSTEM_ERROR, "not enough memory to write %s", e->file);

	if (file >= 0)
		H5Fclose(file);
	rt_text_printf(&files->said, "Saved Keras model\n");
	return result;
}
