/* A role's data: its two files found, read and checked against each other and against the model. */
#include "internal.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading { const struct rt_model *model; const char *folder; char label[128]; };

/* Finds and reads the file called name, for what it is in path. */
static int read_file(struct rt_idx *x, const struct reading *r, const char *name, char path[RT_PATH], struct rt_data *d)
{
	return rt_data_find(path, r->folder, name, r->label, &d->lines) || rt_idx_read(x, path, r->label) ? -1 : 0;
}

/* ---- images ---- */

static int check_images(const struct reading *r, const struct rt_idx *x, const char *path)
{
	char found[256], wanted[64];
	const struct rt_model files = rt_model_of_files(r->model);
	if (!x->sizes[0])
		return rt_fail(RT_DATA_ERROR, "%s: %s: holds no samples", r->label, path);
	if (x->sizes[0] > UINT32_MAX / 2)
		return rt_fail(RT_DATA_ERROR, "%s: %s: holds %zu samples; at most %u are possible", r->label, path,
			x->sizes[0], UINT32_MAX / 2);
	if (rt_shape_fits(&files, x->rank - 1, x->sizes + 1))
		return 0;
	rt_input_shape(&files, wanted, sizeof wanted);
	rt_idx_shape(x, 1, found, sizeof found);
	return rt_fail(RT_DATA_ERROR, "%s: %s: samples are %s (rank %d), and the model's input is %s%s", r->label, path,
		*found ? found : "single numbers", x->rank - 1, wanted, files.transpose ? " before data.transpose" : "");
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

/* Takes bytes where they lie, and all else as floats. */
static int take_images(struct rt_data *d, const struct reading *r, struct rt_idx *x, const char *path)
{
	if (check_images(r, x, path))
		return -1;
	d->samples = (long)x->sizes[0];
	d->element_count = x->elements / x->sizes[0];
	if (x->type != 0x08)
		return convert_images(d, r, x, path);
	d->storage = x->storage;
	d->bytes = (uint8_t *)x->storage + x->offset;
	x->storage = NULL;
	return 0;
}

static int read_images(struct rt_data *d, const struct reading *r, const char *name)
{
	char path[RT_PATH];
	struct rt_idx x;
	if (read_file(&x, r, name, path, d))
		return -1;
	int result = take_images(d, r, &x, path);
	free(x.storage);
	if (result || !r->model->transpose)
		return result;
	return d->bytes ? rt_transpose(r->model, d->bytes, (size_t)d->samples, 1) :
		rt_transpose(r->model, d->floats, (size_t)d->samples, sizeof *d->floats);
}

/* ---- labels ---- */

/* Labels in a file: so many numbers per sample, of which the label is one. */
struct labels { const struct rt_idx *file; const char *path; size_t numbers, column; };

static int fail_label(const struct reading *r, const struct labels *l, size_t i, double value)
{
	const struct rt_model *m = r->model;
	const size_t at = l->file->offset + (i * l->numbers + l->column) * l->file->width;
	const double first = m->first_label;
	char found[512];
	snprintf(found, sizeof found, "label %zu, at byte %zu, is %g", i, at, value);
	if (m->classes > 1)
		return rt_fail(RT_DATA_ERROR, "%s: %s: %s; labels are whole numbers from %d to %d: where the file is right, the spec's data "
			"needs another first_label, which is %d, or other classes, which is %d", r->label, l->path, found, m->first_label,
			m->first_label + m->classes - 1, m->first_label, m->classes);
	if (m->loss.most == FLT_MAX)
		return rt_fail(RT_DATA_ERROR, "%s: %s: %s; %s takes finite numbers", r->label, l->path, found, m->loss.name);
	return rt_fail(RT_DATA_ERROR, "%s: %s: %s; %s with classes: 1 takes labels from %g to %g; where the files call the two classes "
		"N and N + 1, data can have first_label: N", r->label, l->path, found, m->loss.name, m->loss.least + first,
		m->loss.most + first);
}

/* value: the file's, less first_label. */
static bool label_fits(const struct rt_model *m, double value)
{
	if (m->classes == 1)
		return value >= m->loss.least && value <= m->loss.most && isfinite((float)value);
	return value >= 0 && value < m->classes && value == floor(value);
}

/* The model's label_column, or the first where it has none. */
static int choose_column(struct labels *l, const struct reading *r, struct rt_text *lines)
{
	const struct rt_model *m = r->model;
	char shape[256];
	rt_idx_shape(l->file, 0, shape, sizeof shape);
	l->numbers = l->file->elements / l->file->sizes[0];
	l->column = m->label_column < 0 ? 0 : (size_t)m->label_column;
	if (l->numbers != 1 && (l->file->rank != 2 || !l->numbers))
		return rt_fail(RT_DATA_ERROR, "%s: %s: labels are %s; one number per sample or one row of numbers per sample is wanted",
			r->label, l->path, shape);
	if (l->column >= l->numbers)
		return rt_fail(RT_DATA_ERROR, "%s: %s: labels are %s, so data.label_column can be from 0 to %zu, and it is %d", r->label,
			l->path, shape, l->numbers - 1, m->label_column);
	if (l->numbers == 1)
		return 0;
	if (m->label_column < 0 && !m->loss.one_number && l->numbers == (size_t)m->classes)
		return rt_fail(RT_DATA_ERROR, "%s: %s: labels are %s, which may be a number for each of the model's outputs, and such "
			"labels cannot be read yet: write the class's number for each sample, or name the column that holds it with "
			"label_column in data", r->label, l->path, shape);
	rt_text_printf(lines, "In %s, labels are %s; the number in column %zu is taken%s\n", r->label, shape, l->column,
		m->label_column < 0 ? " (label_column in data names another)" : "");
	return 0;
}

static int convert_labels(struct rt_data *d, const struct reading *r, struct labels *l)
{
	const struct rt_idx *x = l->file;
	if (x->sizes[0] != (size_t)d->samples)
		return rt_fail(RT_DATA_ERROR, "%s: %s: %zu labels for %ld images", r->label, l->path, x->sizes[0], d->samples);
	if (choose_column(l, r, &d->lines))
		return -1;
	d->labels = malloc(sizeof *d->labels * x->sizes[0]);
	if (!d->labels)
		return rt_fail(RT_SYSTEM_ERROR, "not enough memory for the %zu labels of %s", x->sizes[0], l->path);
	for (size_t i = 0; i < x->sizes[0]; i++) {
		const double value = rt_idx_value(x, i * l->numbers + l->column), label = value - r->model->first_label;
		if (!label_fits(r->model, label))
			return fail_label(r, l, i, value);
		d->labels[i] = (float)label;
	}
	return 0;
}

static int read_labels(struct rt_data *d, const struct reading *r, const char *name)
{
	char path[RT_PATH];
	struct rt_idx x;
	if (read_file(&x, r, name, path, d))
		return -1;
	int result = convert_labels(d, r, &(struct labels){.file = &x, .path = path});
	free(x.storage);
	return result;
}

/* ---- the role ---- */

/* In a lent channel, a file of the same name is what it is for training. */
static int check_lent(const struct rt_config *c, enum rt_role role)
{
	const struct rt_channel *own = &c->model->channels[role], *training = &c->model->channels[RT_TRAINING];
	if (!strcmp(own->name, c->channels[role]) || strcmp(own->images, training->images))
		return 0;
	return rt_fail(RT_DATA_ERROR, "the job has no channel '%s', and in channel '%s' the file %s is what the model learns from: give "
		"the job the channel, or train without validation: without '%s' in the channels of %s", own->name, training->name, own->images,
		own->name, c->model->file);
}

int rt_data_read(struct rt_data *d, const struct rt_config *c, enum rt_role role)
{
	char folder[RT_PATH];
	const struct rt_channel *files = &c->model->channels[role];
	struct reading r = {.model = c->model, .folder = folder};
	memset(d, 0, sizeof *d);
	snprintf(r.label, sizeof r.label, "channel '%s'", c->channels[role]);
	if (snprintf(folder, sizeof folder, "%s/input/data/%s", c->prefix, c->channels[role]) >= RT_PATH)
		return rt_fail(RT_USER_ERROR, "the prefix is too long");
	if (!check_lent(c, role) && !read_images(d, &r, files->images) && !read_labels(d, &r, files->labels))
		return 0;
	rt_data_free(d);
	return -1;
}

void rt_data_free(struct rt_data *d)
{
	free(d->storage);
	free(d->floats);
	free(d->labels);
	free(d->lines.bytes);
	memset(d, 0, sizeof *d);
}
