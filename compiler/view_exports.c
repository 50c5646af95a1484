/* The view of the exports: each row's texts and arrays. */
#include <string.h>
#include "ctext.h"
#include "exports/export_keras.h"
#include "exports/export_mxnet.h"
#include "template.h"
#include "view_parts.h"

static void add_keras(struct object *o, const struct graph *g, const struct call *c)
{
	const struct value *optimizer = call_value(c, "include_optimizer");
	object_text(o, "file_name", "%s", c_string(o->arena, call_value(c, "file")->text));
	object_text(o, "text", "%s", c_string(o->arena, export_keras_config(o->arena, g)));
	object_flag(o, "training", true);
	object_text(o, "training_text", "%s", c_string(o->arena, export_keras_training(o->arena, g)));
	object_text(o, "include_optimizer", "%s", optimizer->number ? "true" : "false");
	object_flag(o, "has_arrays", false);
}

static void add_array(struct object *o, const struct export_array *x)
{
	struct text axes = {.arena = o->arena}, dims = {.arena = o->arena};
	for (int i = 0; i < x->rank; i++) {
		text_format(&axes, "%s%d", i ? ", " : "", x->axes[i]);
		text_format(&dims, "%s%ld", i ? ", " : "", x->dims[i]);
	}
	object_text(o, "array_name", "%s", x->name);
	object_text(o, "parameter", "%d", x->parameter);
	object_text(o, "rank", "%d", x->rank);
	object_text(o, "axes", "%s", axes.text);
	object_text(o, "dims", "%s", dims.text);
	object_text(o, "fill", "%sf", c_double(o->arena, x->fill));
}

static void add_mxnet(struct object *o, const struct graph *g, const struct call *c)
{
	int n;
	const struct export_array *arrays = export_mxnet_arrays(o->arena, g, &n);
	object_text(o, "file_name", "%s", c_string(o->arena, call_value(c, "prefix")->text));
	object_text(o, "text", "%s", c_string(o->arena, export_mxnet_symbol(o->arena, g)));
	object_flag(o, "training", false);
	object_text(o, "include_optimizer", "false");
	object_flag(o, "has_arrays", true);
	object_flag(o, "arrays", false);
	object_text(o, "input_name", "%s", export_mxnet_input(o->arena, g));
	object_text(o, "arrays_count", "%d", n);
	for (int i = 0; i < n; i++)
		add_array(object_item(o, "arrays"), &arrays[i]);
}

void view_exports(struct object *root, const struct graph *g)
{
	static const struct { const char *format; void (*add)(struct object *, const struct graph *, const struct call *); }
		formats[] = {{"keras", add_keras}, {"mxnet", add_mxnet}};
	object_flag(root, "exports", false);
	for (int i = 0; i < g->spec->n_exports; i++) {
		const struct call *c = g->spec->exports[i];
		struct object *o = object_item(root, "exports");
		object_text(o, "format", "%s", c->row->name);
		object_text(o, "runtime", "%s", ((const struct export_type *)c->row)->runtime);
		for (size_t k = 0; k < sizeof formats / sizeof *formats; k++)
			if (!strcmp(formats[k].format, c->row->name))
				formats[k].add(o, g, c);
	}
}
