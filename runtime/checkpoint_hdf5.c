/* HDF5's values, checked: whoever made the file, its types, ranks and sizes are only what it says they are, and nothing
 * outside of it is opened. The library's own stack of errors stays silent: callers say what was wanted. */
#include "checkpoint.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MOST = 1 << 20, NAME_BYTES_MOST = 1 << 26, TEXT_MOST = 1 << 26 };

hid_t rt_hdf5_open(const char *bytes, size_t size)
{
	hid_t access, file = -1;

	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	H5Lunregister(H5L_TYPE_EXTERNAL);   /* links to other files */
	access = H5Pcreate(H5P_FILE_ACCESS);
	if (H5Pset_fapl_core(access, 1 << 20, false) >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
	    H5Pset_file_image(access, (void *)(uintptr_t)bytes, size) >= 0)
		file = H5Fopen("weights", H5F_ACC_RDONLY, access);
	H5Pclose(access);
	return file;
}

hid_t rt_hdf5_group(hid_t parent, const char *name)
{
	return H5Lexists(parent, name, H5P_DEFAULT) > 0 ? H5Gopen2(parent, name, H5P_DEFAULT) : -1;
}

/* ---- strings ---- */

static bool add_name(struct rt_names *names, const char *text, size_t size)
{
	char **list = realloc(names->list, ((size_t)names->n + 1) * sizeof *list);

	if (!list)
		return false;
	names->list = list;
	list[names->n] = strndup(text, size);
	return list[names->n] && ++names->n;
}

void rt_names_free(struct rt_names *names)
{
	for (int i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct rt_names){0};
}

static bool read_variable(hid_t attribute, hid_t space, hid_t type, int n, struct rt_names *names)
{
	char **texts = calloc((size_t)n, sizeof *texts);
	hid_t memory = H5Tcopy(H5T_C_S1);
	bool ok = texts && H5Tset_size(memory, H5T_VARIABLE) >= 0 && H5Tset_cset(memory, H5Tget_cset(type)) >= 0 &&
		H5Aread(attribute, memory, texts) >= 0;

	for (int i = 0; i < n && ok; i++)
		ok = texts[i] && add_name(names, texts[i], TEXT_MOST);
	if (texts)
		H5Dvlen_reclaim(memory, space, H5P_DEFAULT, texts);
	H5Tclose(memory);
	free(texts);
	return ok;
}

static bool read_fixed(hid_t attribute, hid_t type, int n, struct rt_names *names)
{
	size_t width = H5Tget_size(type);
	bool ok = width > 0 && (size_t)n <= NAME_BYTES_MOST / width;
	char *texts = ok ? malloc((size_t)n * width) : NULL;

	ok = texts && H5Aread(attribute, type, texts) >= 0;
	for (int i = 0; i < n && ok; i++) {
		const char *text = texts + (size_t)i * width, *end = memchr(text, '\0', width);

		ok = add_name(names, text, end ? (size_t)(end - text) : width);
	}
	free(texts);
	return ok;
}

static bool read_strings(hid_t attribute, struct rt_names *names)
{
	hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
	hssize_t n = space >= 0 && H5Sget_simple_extent_ndims(space) <= 1 ? H5Sget_simple_extent_npoints(space) : -1;
	bool ok = type >= 0 && n >= 0 && n <= NAMES_MOST;

	if (ok && n > 0) {
		ok = H5Tget_class(type) == H5T_STRING;
		if (ok && H5Tis_variable_str(type) > 0)
			ok = read_variable(attribute, space, type, (int)n, names);
		else if (ok)
			ok = read_fixed(attribute, type, (int)n, names);
	}
	if (space >= 0)
		H5Sclose(space);
	if (type >= 0)
		H5Tclose(type);
	return ok;
}

static bool read_attribute(hid_t object, const char *name, struct rt_names *names)
{
	hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
	bool ok = attribute >= 0 && read_strings(attribute, names);

	if (attribute >= 0)
		H5Aclose(attribute);
	return ok;
}

bool rt_hdf5_names(hid_t object, const char *name, struct rt_names *names)
{
	char numbered[RT_NAME];
	int chunk = 0;

	*names = (struct rt_names){0};
	if (H5Aexists(object, name) > 0)
		return read_attribute(object, name, names);
	for (;;) {
		snprintf(numbered, sizeof numbered, "%s%d", name, chunk);
		if (H5Aexists(object, numbered) <= 0)
			return chunk > 0;
		if (names->n > NAMES_MOST || !read_attribute(object, numbered, names))
			return false;
		chunk++;
	}
}

char *rt_hdf5_text(hid_t object, const char *name)
{
	struct rt_names names = {0};
	char *text = NULL;

	if (read_attribute(object, name, &names) && names.n == 1)
		text = strdup(names.list[0]);
	rt_names_free(&names);
	return text;
}

/* ---- numbers ---- */

/* Whether all of the data lies in this file. */
static bool is_own_data(hid_t dataset)
{
	hid_t properties = H5Dget_create_plist(dataset);
	H5D_layout_t layout = properties >= 0 ? H5Pget_layout(properties) : H5D_LAYOUT_ERROR;
	bool own = (layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED) &&
		H5Pget_external_count(properties) == 0;

	if (properties >= 0)
		H5Pclose(properties);
	return own;
}

static bool is_number(hid_t type)
{
	H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
	bool ok = (class == H5T_FLOAT || class == H5T_INTEGER) && H5Tget_size(type) <= 16;

	if (type >= 0)
		H5Tclose(type);
	return ok;
}

static hid_t open_numbers(hid_t group, const char *name)
{
	hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);

	if (dataset >= 0 && is_number(H5Dget_type(dataset)) && is_own_data(dataset))
		return dataset;
	if (dataset >= 0)
		H5Dclose(dataset);
	return -1;
}

int rt_hdf5_shape(hid_t group, const char *name, long dims[4])
{
	hid_t dataset = open_numbers(group, name), space = dataset >= 0 ? H5Dget_space(dataset) : -1;
	hsize_t sizes[4];
	int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;

	rank = rank > 4 ? -1 : rank;
	if (rank >= 0 && H5Sget_simple_extent_type(space) == H5S_NULL)
		rank = -1;
	if (rank > 0)
		H5Sget_simple_extent_dims(space, sizes, NULL);
	for (int i = 0; i < rank; i++)
		dims[i] = sizes[i] <= INT32_MAX ? (long)sizes[i] : -1;
	if (space >= 0)
		H5Sclose(space);
	if (dataset >= 0)
		H5Dclose(dataset);
	return rank;
}

bool rt_hdf5_reals(hid_t group, const char *name, real *values)
{
	hid_t dataset = open_numbers(group, name);
	hid_t memory = sizeof *values == sizeof(float) ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
	bool ok = dataset >= 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;

	if (dataset >= 0)
		H5Dclose(dataset);
	return ok;
}

bool rt_hdf5_number(hid_t group, const char *name, double *number)
{
	long dims[4] = {1, 1, 1, 1};
	int rank = rt_hdf5_shape(group, name, dims);
	hid_t dataset;
	bool ok;

	if (rank < 0 || dims[0] != 1 || dims[1] != 1 || dims[2] != 1 || dims[3] != 1)
		return false;
	dataset = open_numbers(group, name);
	ok = dataset >= 0 && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, number) >= 0;
	if (dataset >= 0)
		H5Dclose(dataset);
	return ok && isfinite(*number);
}

bool rt_hdf5_number_attribute(hid_t object, const char *name, double *number)
{
	hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
	hid_t space = attribute >= 0 ? H5Aget_space(attribute) : -1;
	bool ok = space >= 0 && H5Sget_simple_extent_npoints(space) == 1 && is_number(H5Aget_type(attribute)) &&
		H5Aread(attribute, H5T_NATIVE_DOUBLE, number) >= 0;

	if (space >= 0)
		H5Sclose(space);
	if (attribute >= 0)
		H5Aclose(attribute);
	return ok && isfinite(*number);
}
