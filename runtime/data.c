/* A channel: its two files found, read and checked against each other and against the model. */
#include "internal.h"
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading { const struct rt_model *model; const char *folder; char label[128]; };

/* ---- finding files ---- */

/* The folder's names, some of them, for the message that a file is not there. */
static void list_folder(const char *folder, char *text, size_t size)
{
	DIR *d = opendir(folder);
	size_t used = 0;
	int n = 0;
	snprintf(text, size, "the folder is empty");
	if (!d) {
		snprintf(text, size, "%s", errno == ENOENT ? "the channel's folder is not there" : strerror(errno));
		return;
	}
	for (struct dirent *e; (e = readdir(d)) && used + 1 < size && n < 8;) {
		if (e->d_name[0] != '.')
			used += (size_t)snprintf(text + used, size - used, "%s%s", n++ ? ", " : "the folder holds ", e->d_name);
	}
	closedir(d);
}

/* The file called name, or its twin with or without .gz. */
static int find_file(const struct reading *r, const char *name, char path[RT_PATH])
{
	char twin[RT_PATH], found[512];
	size_t n = strlen(name);
	bool zipped = n > 3 && !strcmp(name + n - 3, ".gz");
	if (rt_path(path, r->folder, name))
		return -1;
	if (!access(path, F_OK))
		return 0;
	snprintf(twin, sizeof twin, zipped ? "%.*s" : "%.*s.gz", (int)(zipped ? n - 3 : n), name);
	if (rt_path(path, r->folder, twin))
		return -1;
	if (!access(path, F_OK))
		return 0;
	list_folder(r->folder, found, sizeof found);
	return rt_fail(RT_DATA_ERROR, "%s: %s/%s is not there, gzipped or plain: %s", r->label, r->folder, name, found);
}

/* ---- images ---- */

size_t rt_element_count(const struct rt_model *m)
{
	size_t count = 1;
	for (int i = 0; i < m->input_rank; i++)
		count *= (size_t)m->input[i];
	return count;
}

bool rt_shape_fits(const struct rt_model *m, int rank, const size_t *sizes)
{
	int k = 0;
	for (int i = 0; i < m->input_rank; i++) {
		while (k < rank && sizes[k] == 1)
			k++;
		if (m->input[i] == 1)
			continue;
		if (k == rank || sizes[k++] != (size_t)m->input[i])
			return false;
	}
	while (k < rank && sizes[k] == 1)
		k++;
	return k == rank;
}

void rt_input_shape(const struct rt_model *m, char *text, size_t size)
{
	size_t used = 0;
	for (int i = 0; i < m->input_rank && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%d", i ? "x" : "", m->input[i]);
}

static int check_images(const struct reading *r, const struct rt_idx *x, const char *path)
{
	char found[256], wanted[64];
	if (!x->sizes[0])
		return rt_fail(RT_DATA_ERROR, "%s: %s: holds no samples", r->label, path);
	if (x->sizes[0] > UINT32_MAX / 2)
		return rt_fail(RT_DATA_ERROR, "%s: %s: holds %zu samples; at most %u are possible", r->label, path,
			x->sizes[0], UINT32_MAX / 2);
	if (rt_shape_fits(r->model, x->rank - 1, x->sizes + 1))
		return 0;
	rt_input_shape(r->model, wanted, sizeof wanted);
	rt_idx_shape(x, 1, found, sizeof found);
	return rt_fail(RT_DATA_ERROR, "%s: %s: samples are %s (rank %d), and the model's input is %s", r->label, path,
		*found ? found : "single numbers", x->rank - 1, wanted);
}

static int convert_images(struct rt_data *d, const struct reading *r, const struct rt_idx *x, const char *path)
{
	d->floats = malloc(sizeof *d->floats * x->elements);
	if (!d->floats)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the %zu numbers of %s", x->elements, path);
	for (size_t i = 0; i < x->elements; i++) {
		d->floats[i] = (float)rt_idx_value(x, i);
		if (!isfinite(d->floats[i]))
			return rt_fail(RT_DATA_ERROR, "%s: %s: sample %zu holds a number that is not finite, at byte %zu", r->label, path,
				i / d->element_count, x->offset + i * x->width);
	}
	return 0;
}

static int read_images(struct rt_data *d, const struct reading *r, const char *name)
{
	char path[RT_PATH];
	struct rt_idx x;
	if (find_file(r, name, path) || rt_idx_read(&x, path, r->label))
		return -1;
	int result = check_images(r, &x, path);
	if (!result) {
		d->samples = (long)x.sizes[0];
		d->element_count = x.elements / x.sizes[0];
	}
	if (!result && x.type == 0x08) {
		d->storage = x.storage;
		d->bytes = (uint8_t *)x.storage + x.offset;
		return 0;
	}
	if (!result)
		result = convert_images(d, r, &x, path);
	free(x.storage);
	return result;
}

/* ---- labels ---- */

static int check_label(const struct reading *r, const struct rt_idx *x, const char *path, size_t i, double value)
{
	int classes = r->model->classes;
	bool good = classes == 1 ? isfinite((float)value) : value >= 0 && value < classes && value == floor(value);
	if (good)
		return 0;
	if (classes == 1)
		return rt_fail(RT_DATA_ERROR, "%s: %s: label %zu, at byte %zu, is not finite", r->label, path, i, x->offset + i * x->width);
	return rt_fail(RT_DATA_ERROR, "%s: %s: label %zu, at byte %zu, is %g; labels are whole numbers from 0 to %d", r->label, path, i,
		x->offset + i * x->width, value, classes - 1);
}

static int convert_labels(struct rt_data *d, const struct reading *r, const struct rt_idx *x, const char *path)
{
	char shape[256];
	rt_idx_shape(x, 0, shape, sizeof shape);
	if (x->elements != x->sizes[0])
		return rt_fail(RT_DATA_ERROR, "%s: %s: labels are %s; one number a sample is wanted", r->label, path, shape);
	if (x->sizes[0] != (size_t)d->samples)
		return rt_fail(RT_DATA_ERROR, "%s: %s: %zu labels for %ld images", r->label, path, x->sizes[0], d->samples);
	d->labels = malloc(sizeof *d->labels * x->elements);
	if (!d->labels)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the %zu labels of %s", x->elements, path);
	for (size_t i = 0; i < x->elements; i++) {
		double value = rt_idx_value(x, i);
		if (check_label(r, x, path, i, value))
			return -1;
		d->labels[i] = (float)value;
	}
	return 0;
}

static int read_labels(struct rt_data *d, const struct reading *r, const char *name)
{
	char path[RT_PATH];
	struct rt_idx x;
	if (find_file(r, name, path) || rt_idx_read(&x, path, r->label))
		return -1;
	int result = convert_labels(d, r, &x, path);
	free(x.storage);
	return result;
}

/* ---- the channel ---- */

int rt_data_read(struct rt_data *d, const struct rt_config *c, const struct rt_channel *channel)
{
	char folder[RT_PATH];
	struct reading r = {.model = c->model, .folder = folder};
	memset(d, 0, sizeof *d);
	snprintf(r.label, sizeof r.label, "channel '%s'", channel->name);
	if (snprintf(folder, sizeof folder, "%s/input/data/%s", c->prefix, channel->name) >= RT_PATH)
		return rt_fail(RT_USER_ERROR, "the prefix is too long");
	if (!read_images(d, &r, channel->images) && !read_labels(d, &r, channel->labels))
		return 0;
	rt_data_free(d);
	return -1;
}

void rt_data_free(struct rt_data *d)
{
	free(d->storage);
	free(d->floats);
	free(d->labels);
	memset(d, 0, sizeof *d);
}
