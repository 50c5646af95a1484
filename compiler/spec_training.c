/* spec_check's training and export. */
#include <math.h>
#include <string.h>
#include "spec_parts.h"
#include "tables.h"

#define COUNT(key, value, least) \
	{.name = key, .kind = KIND_INT, .fallback = value, .min = least, .max = 2147483647.0, .runtime = true}

static const char *const precisions[] = {[PRECISION_FLOAT32] = "float32", [PRECISION_BFLOAT16] = "bfloat16", NULL};

enum { LOSS, OPTIMIZER, EPOCHS, BATCH_SIZE, GPUS, SHUFFLE, SEED, PRECISION };

static const struct key training_keys[] = {
	[LOSS] = {.name = "loss", .kind = KIND_ROW, .rows = losses, .help = "what is made small"},
	[OPTIMIZER] = {.name = "optimizer", .kind = KIND_ROW, .rows = optimizers, .help = "how the weights change"},
	[EPOCHS] = COUNT("epochs", "1", 1),
	[BATCH_SIZE] = COUNT("batch_size", "32", 1),
	[GPUS] = COUNT("gpus", "0", 0),
	[SHUFFLE] = {.name = "shuffle", .kind = KIND_BOOL, .fallback = "true"},
	[SEED] = COUNT("seed", "0", 0),
	[PRECISION] = {.name = "precision", .kind = KIND_CHOICE, .fallback = "float32", .choices = precisions},
	{0},
};
static const struct row training_row = {.name = "training", .keys = training_keys};
static const char *const own_keys[] = {"metrics", NULL};

/* ---- metrics ---- */

/* accuracy is what Keras makes of it: binary for one output or binary_crossentropy, else categorical. */
static const struct call *resolve(struct spec_reader *r, const struct call *c)
{
	const struct metric_type *type = (const struct metric_type *)c->row;
	const struct row *loss = r->spec->loss ? r->spec->loss->row : NULL;
	bool binary = r->spec->classes == 1 || (loss && !strcmp(loss->name, "binary_crossentropy"));
	if (type->template && !strcmp(type->template, "categorical_accuracy") && r->spec->classes == 1) {
		diag_error(r->diag, c->at, "%s needs classes above 1", c->row->name);
		return NULL;
	}
	if (type->template)
		return c;
	struct metric_type *resolved = ARENA_NEW(r->arena, struct metric_type);
	struct call *call = ARENA_NEW(r->arena, struct call);
	*resolved = *type;
	resolved->template = binary ? "binary_accuracy" : "categorical_accuracy";
	*call = *c;
	call->row = &resolved->row;
	return call;
}

static void read_metrics(struct spec_reader *r, const struct yaml *y)
{
	const struct yaml *const *items = y->kind == YAML_SEQUENCE ? y->items : &y;
	int n = y->kind == YAML_SEQUENCE ? y->n : 1;
	r->spec->metrics = ARENA_ARRAY(r->arena, const struct call *, n + 1);
	for (int i = 0; i < n; i++) {
		const struct call *c = call_read(&r->names, metrics, "metric", items[i]);
		if (c && (c = resolve(r, c)))
			r->spec->metrics[r->spec->n_metrics++] = c;
	}
}

/* ---- training ---- */

static void check_loss(struct spec_reader *r)
{
	const struct call *loss = r->spec->loss;
	if (!loss || r->spec->classes != 1 || ((const struct loss_type *)loss->row)->range != RANGE_SHARES)
		return;
	diag_error(r->diag, loss->at, "%s needs classes above 1", loss->row->name);
	diag_hint(r->diag, "with one output: binary_crossentropy or mean_squared_error");
}

void spec_training(struct spec_reader *r, const struct yaml *y)
{
	struct spec *s = r->spec;
	struct value *v;
	if (!spec_is_mapping(r, y, "training"))
		return;
	values_read(&r->names, &training_row, y, y->at, own_keys, &v);
	s->loss = v[LOSS].call;
	s->optimizer = v[OPTIMIZER].call;
	s->epochs = v[EPOCHS];
	s->batch_size = v[BATCH_SIZE];
	s->gpus = v[GPUS];
	s->shuffle = v[SHUFFLE].number != 0;
	s->seed = v[SEED];
	s->precision = v[PRECISION].text == precisions[PRECISION_BFLOAT16] ? PRECISION_BFLOAT16 : PRECISION_FLOAT32;
	s->precision_at = v[PRECISION].at;
	check_loss(r);
	if (yaml_get(y, "metrics"))
		read_metrics(r, yaml_get(y, "metrics"));
}

/* ---- export ---- */

static void check_pattern(struct spec_reader *r, const struct value *v)
{
	if (!spec_is_file(r, v, "an export"))
		return;
	for (const char *p = v->text; (p = strpbrk(p, "{}")); p++) {
		if (!strncmp(p, "{epochs}", 8)) {
			p += 7;
			continue;
		}
		diag_error(r->diag, v->at, "'%.60s': only {epochs} may stand in braces", v->text);
		return;
	}
}

void spec_export(struct spec_reader *r, const struct yaml *y)
{
	if (!spec_is_mapping(r, y, "export"))
		return;
	r->spec->exports = ARENA_ARRAY(r->arena, const struct call *, y->n + 1);
	for (int i = 0; i < y->n; i++) {
		struct yaml one = {.kind = YAML_MAPPING, .at = y->pairs[i].at, .n = 1, .pairs = &y->pairs[i]};
		const struct call *c = call_read(&r->names, exports, "export", &one);
		if (!c)
			continue;
		for (int k = 0; c->row->keys[k].name; k++)
			if (c->row->keys[k].kind == KIND_STRING)
				check_pattern(r, &c->values[k]);
		r->spec->exports[r->spec->n_exports++] = c;
	}
}
