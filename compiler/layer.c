/* What layers' rows share: the table itself, parameters and windows. */
#include <stdlib.h>
#include <string.h>
#include "layer.h"

#define LAYER(name) extern const struct layer_type layer_##name;
#include "layers.def"
#undef LAYER

const struct layer_type *const layer_types[] = {
#define LAYER(name) &layer_##name,
#include "layers.def"
#undef LAYER
	NULL,
};

const char *const window_paddings[] = {"valid", "same", NULL};

const struct value *layer_value(const struct layer *l, const char *key)
{
	return call_value(&l->spec->call, key);
}

/* Keras's _compute_fans: the last two axes are in and out, those before them the receptive field. */
static void set_fans(struct parameter *p)
{
	double receptive = 1;
	for (int i = 0; i + 2 < p->rank; i++)
		receptive *= (double)p->dims[i];
	p->fan_in = (double)p->dims[p->rank > 1 ? p->rank - 2 : 0] * receptive;
	p->fan_out = (double)p->dims[p->rank - 1] * receptive;
}

struct parameter *layer_parameter(struct layer *l, const char *name, int rank, const long *dims,
	const struct call *initializer, bool trainable)
{
	if (l->n_parameters == LAYER_PARAMETERS)
		abort();
	struct parameter *p = &l->parameters[l->n_parameters++];
	*p = (struct parameter){.layer = l, .name = name, .rank = rank, .count = 1, .initializer = initializer,
		.trainable = trainable};
	memcpy(p->dims, dims, sizeof *dims * (size_t)rank);
	for (int i = 0; i < rank; i++)
		p->count = p->count > LONG_MAX / dims[i] ? LONG_MAX : p->count * dims[i];
	set_fans(p);
	return p;
}

int window_output(int size, int kernel, int stride, int dilation, bool same, int *before, int *after)
{
	long reach = (long)(kernel - 1) * dilation + 1;
	*before = *after = 0;
	if (!same)
		return size < reach ? 0 : (int)((size - reach) / stride + 1);
	int out = (size - 1) / stride + 1;
	long pads = (long)(out - 1) * stride + reach - size;
	if (pads > 0) {
		*before = (int)(pads / 2);
		*after = (int)(pads - pads / 2);
	}
	return out;
}

bool layer_needs_image(const struct layer *l, struct diag *d)
{
	struct shape in = l->inputs[0]->shape;
	if (in.rank == 3)
		return true;
	diag_error(d, l->at, "%s '%s' needs a rank-3 input (height, width, channels), got rank %d %s", l->type->row.name, l->name,
		in.rank, shape_words(l->arena, in));
	return false;
}

struct window { int kernel[2], stride[2], dilation[2], before[2], after[2], out[2]; };

static struct window window_of(const struct layer *l, const char *size_key, bool has_dilation)
{
	const struct value *size = layer_value(l, size_key), *strides = layer_value(l, "strides");
	bool same = !strcmp(layer_value(l, "padding")->text, "same");
	struct window w;
	for (int i = 0; i < 2; i++) {
		w.kernel[i] = (int)size->integers[i];
		w.stride[i] = (int)(strides->none ? size : strides)->integers[i];
		w.dilation[i] = has_dilation ? (int)layer_value(l, "dilation_rate")->integers[i] : 1;
		w.out[i] = window_output(l->inputs[0]->shape.size[i], w.kernel[i], w.stride[i], w.dilation[i], same, &w.before[i],
			&w.after[i]);
	}
	return w;
}

bool layer_window(struct layer *l, struct diag *d, const char *size_key, bool has_dilation, int channels)
{
	static const char *const sides[] = {"height", "width"};
	struct window w = window_of(l, size_key, has_dilation);
	for (int i = 0; i < 2; i++) {
		long reach = (long)(w.kernel[i] - 1) * w.dilation[i] + 1;
		if (reach + l->inputs[0]->shape.size[i] > INT_MAX) {
			diag_error(d, layer_value(l, size_key)->at, "%s '%s': a window of %s %ld is larger than is possible", l->type->row.name,
				l->name, sides[i], reach);
			return false;
		}
		if (w.out[i] > 0)
			continue;
		diag_error(d, layer_value(l, size_key)->at, "%s '%s': a window of %s %ld does not fit an input of %s %d",
			l->type->row.name, l->name, sides[i], reach, sides[i],
			l->inputs[0]->shape.size[i]);
		diag_hint(d, "a smaller %s, or padding: same", size_key);
		return false;
	}
	l->shape = (struct shape){3, {w.out[0], w.out[1], channels}};
	return true;
}

void lower_window(struct op *op, const struct layer *l, const char *size_key, bool has_dilation)
{
	struct window w = window_of(l, size_key, has_dilation);
	const int attributes[] = {w.kernel[0], w.kernel[1], w.stride[0], w.stride[1], w.before[0], w.before[1], w.after[0],
		w.after[1], w.dilation[0], w.dilation[1]};
	memcpy(op->attributes, attributes, sizeof *attributes * (has_dilation ? 10 : 8));
}

int layer_axis(const struct layer *l, struct diag *d, struct shape shape)
{
	const struct value *v = layer_value(l, "axis");
	int axis = shape_axis(shape, v->integers[0], l->channels_first);
	if (axis < 0) {
		diag_error(d, v->given ? v->at : l->at, "axis %ld of %s '%s' is not one of its input's: 1 to %d, or -1 to -%d", v->integers[0],
			l->type->row.name, l->name, shape.rank, shape.rank);
	} else if (l->channels_first && shape.rank == 3 && v->integers[0] == -1) {
		diag_warning(d, v->given ? v->at : l->at, "axis -1 of %s '%s' is the width in channels_first", l->type->row.name, l->name);
		diag_hint(d, "channels are axis: 1");
	}
	return axis;
}
