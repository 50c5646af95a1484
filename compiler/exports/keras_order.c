/* Keras lists a graph's layers by their distance to the output, the longest way counting, farthest first; equal ones in
 * the order in which a walk from the output up through the inputs meets them. */
#include "keras_order.h"
#include <stdlib.h>
#include <string.h>

struct place { struct layer *layer; int depth, met; bool seen; };

struct walk {
	const struct graph *graph;
	struct place *places;               /* by layer index */
	int met;
	int *done, n_done;                  /* layer indices, each behind its inputs */
};

bool graph_is_chain(const struct graph *g)
{
	for (int i = 1; i < g->n_layers; i++)
		if (g->layers[i]->n_inputs != 1 || g->layers[i]->inputs[0] != g->layers[i - 1])
			return false;
	return true;
}

static void visit(struct walk *w, const struct layer *l)
{
	struct place *p = &w->places[l->index];

	if (p->seen)
		return;
	p->seen = true;
	p->layer = w->graph->layers[l->index];
	p->met = w->met++;
	for (int i = 0; i < l->n_inputs; i++)
		visit(w, l->inputs[i]);
	w->done[w->n_done++] = l->index;
}

static void set_depths(struct walk *w)
{
	for (int i = w->n_done - 1; i >= 0; i--) {
		const struct place *p = &w->places[w->done[i]];

		for (int k = 0; k < p->layer->n_inputs; k++) {
			struct place *in = &w->places[p->layer->inputs[k]->index];

			in->depth = in->depth > p->depth + 1 ? in->depth : p->depth + 1;
		}
	}
}

static int compare(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return a->depth != b->depth ? b->depth - a->depth : a->met - b->met;
}

struct layer **keras_order(struct arena *a, const struct graph *g)
{
	struct walk w = {.graph = g, .places = ARENA_ARRAY(a, struct place, g->n_layers),
		.done = ARENA_ARRAY(a, int, g->n_layers)};
	struct layer **order = ARENA_ARRAY(a, struct layer *, g->n_layers);

	visit(&w, g->layers[g->n_layers - 1]);
	set_depths(&w);
	qsort(w.places, (size_t)g->n_layers, sizeof *w.places, compare);
	for (int i = 0; i < g->n_layers; i++)
		order[i] = w.places[i].layer;
	return order;
}
