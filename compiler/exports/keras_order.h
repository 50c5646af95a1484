/* The order of layers in Keras's models. */
#ifndef TRAINC_KERAS_ORDER_H
#define TRAINC_KERAS_ORDER_H
#include "../graph.h"

/* Whether every layer takes the one above it alone. */
bool graph_is_chain(const struct graph *g);
/* The graph's layers as Keras lists those of a loaded model, by which it matches the weights in a file. */
struct layer **keras_order(struct arena *a, const struct graph *g);

#endif
