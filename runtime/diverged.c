/* Why a loss is not a number: the batch once more with every layer's output looked at, and all weights. */
#include "internal.h"
#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>

struct search { const struct rt_model *model; atomic_int first; };

static bool all_finite(const real *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return false;
	return true;
}

static void look(struct rt_work *w, int layer, const real *values, size_t count)
{
	struct search *s = w->trace_data;
	int first = atomic_load(&s->first);
	while (layer < first && !all_finite(values, count))
		if (atomic_compare_exchange_weak(&s->first, &first, layer))
			return;
}

/* "lower lr, which is 0.1"; before the first update the learning rate has changed nothing yet */
static void hint(const struct rt_model *m, const struct rt_work *w, char *text, size_t size)
{
	const double *hyperparameters = w->hyperparameters;
	if (!w->step) {
		snprintf(text, size, "no weight has been updated yet: look at the samples, their scale in %s, the initial weights, and whether "
			"the last layer's outputs suit the loss", m->file);
		return;
	}
	char number[RT_DOUBLE];
	rt_repr_double(number, rt_scalar(&m->optimizer.lr, hyperparameters));
	if (m->optimizer.lr.hyperparameter >= 0)
		snprintf(text, size, "lower the learning rate: %s is %s",
			m->hyperparameters[m->optimizer.lr.hyperparameter].name, number);
	else
		snprintf(text, size, "lower the learning rate, which is %s in %s", number, m->file);
}

static const struct rt_parameter *bad_parameter(const struct rt_model *m, const real *weights)
{
	for (int i = 0; i < m->n_parameters; i++)
		if (!all_finite(weights + m->parameters[i].offset, m->parameters[i].count))
			return &m->parameters[i];
	return NULL;
}

static int fail_parameter(const struct rt_model *m, const struct rt_work *w, const struct rt_parameter *p, long epoch,
	long step)
{
	char advice[400];
	const struct rt_layer *layer = &m->layers[p->layer];
	hint(m, w, advice, sizeof advice);
	return rt_fail(RT_USER_ERROR, "a weight is not a finite number after step %ld of epoch %ld: %s of layer %s (%s); %s; no "
		"models were written", step, epoch, p->name, layer->name, layer->where, advice);
}

int rt_weights_check(const struct rt_model *m, const struct rt_work *w, long epoch, long step)
{
	const struct rt_parameter *p = bad_parameter(m, w->weights);
	return p ? fail_parameter(m, w, p, epoch, step) : 0;
}

int rt_diverged(const struct rt_model *m, const struct rt_code *code, struct rt_work *w, long epoch, long step)
{
	struct search s = {.model = m};
	char advice[400];
	atomic_init(&s.first, INT_MAX);
	w->trace = look;
	w->trace_data = &s;
	code->gradients(w);
	w->trace = NULL;
	hint(m, w, advice, sizeof advice);
	int first = atomic_load(&s.first);
	if (first >= 0 && first < m->n_layers)
		return rt_fail(RT_USER_ERROR, "the loss is not a finite number at step %ld of epoch %ld, first in the output of layer "
			"%s (%s, %s); %s; no models were written", step, epoch, m->layers[first].name, m->layers[first].type,
			m->layers[first].where, advice);
	const struct rt_parameter *p = bad_parameter(m, w->weights);
	if (p)
		return fail_parameter(m, w, p, epoch, step - 1);
	return rt_fail(RT_USER_ERROR, "the loss is not a finite number at step %ld of epoch %ld, although every layer's output%s is; "
		"%s; no models were written", step, epoch, w->hosts ? " on this host" : "", advice);
}
