/* Whether the numbers that the last layer gives are of the kind that the loss is made for. Keras computes others all the same,
 * up to 0/0, so that this is a warning. */
#include "graph.h"
#include "tables.h"

static enum range of_tensor(const struct tensor *t);

/* Softmax over the last axis of an image gives shares that add up to 1 for each pixel. */
static enum range of_softmax(const struct op *op)
{
	return op->attributes[SLICE_OUTER] == 1 && op->attributes[SLICE_INNER] == 1 ? RANGE_SHARES : RANGE_UNIT;
}

/* What puts numbers elsewhere, or takes means or the largest of some, leaves them between 0 and 1. */
static enum range of_inputs(const struct op *op)
{
	for (int i = 0; i < op->n_in; i++)
		if (of_tensor(op->in[i]) == RANGE_ANY)
			return RANGE_ANY;
	return RANGE_UNIT;
}

static enum range of_tensor(const struct tensor *t)
{
	const struct op *op = t->producer;
	if (op->type == &op_view)
		return of_tensor(op->in[0]);
	if (op->type == &op_softmax)
		return of_softmax(op);
	if (op->type == &op_map)
		return ((const struct activation_type *)op->function)->range;
	if (op->type == &op_concatenate || op->type == &op_max_pool || op->type == &op_average_pool)
		return of_inputs(op);
	return RANGE_ANY;
}

void graph_check_range(const struct graph *g, struct diag *d)
{
	static const char *const words[] = {[RANGE_UNIT] = "numbers between 0 and 1", [RANGE_SHARES] = "shares that add up to 1"};
	const struct layer *last = g->layers[g->n_layers - 1];
	const struct loss_type *loss = (const struct loss_type *)g->spec->loss->row;
	const struct op *op = g->ops[g->n_ops - 1];
	const enum range range = of_tensor(op->in[0]);
	if (range == RANGE_SHARES && shape_count(op->in[0]->shape) == 1) {
		diag_warning(d, last->at, "softmax of one number is always 1: the last layer '%s' can learn nothing", last->name);
		diag_hint(d, "activation: sigmoid, or a unit for each class");
	} else if (range < loss->range) {
		diag_warning(d, last->at, "%s is made for %s, and the last layer '%s' gives others", loss->row.name, words[loss->range],
			last->name);
		diag_hint(d, "activation: %s in the last layer, or another loss", loss->activation);
	}
}
