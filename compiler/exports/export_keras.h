/* Keras's configuration of a graph, as the JSON texts that an HDF5 file carries. */
#ifndef TRAINC_EXPORT_KERAS_H
#define TRAINC_EXPORT_KERAS_H
#include "../graph.h"

/* model_config: Sequential with an explicit InputLayer for a chain, else Model. A "$name" stands for a hyperparameter. */
const char *export_keras_config(struct arena *a, const struct graph *g);
/* training_config: optimizer, loss, metrics. */
const char *export_keras_training(struct arena *a, const struct graph *g);

#endif
