/* What the writers of exports share, and the order of layers that Keras's files have. */
#ifndef TRAINC_EXPORT_H
#define TRAINC_EXPORT_H
#include "internal.h"

/* A copy (malloc) of a JSON text in which each string value that is exactly "$NAME" became the number of the
 * hyperparameter of that name, in quotes if quoted. NULL after rt_fail. */
char *rt_export_text(const char *json, const struct rt_model *m, const struct rt_state *s, bool quoted);

/* Adds the file NAMEsuffix of these bytes, where NAME is the export's file with {epochs} replaced. The path that it will have, or
 * NULL after rt_fail. */
const char *rt_export_add(struct rt_files *files, const struct rt_export *e, const struct rt_state *s, const char *suffix,
	const void *bytes, size_t size);

/* Indices into m->layers in the order in which Keras lists the layers of the model that model_config describes; sets *n.
 * Keras orders a graph by depth, and its files are read by position. malloc; NULL after rt_fail. */
int *rt_keras_order(const struct rt_model *m, const char *model_config, int *n);
/* The same as indices into m->parameters, of trainable parameters only or of all. */
int *rt_keras_parameters(const struct rt_model *m, const int *layers, int n_layers, bool trainable_only, int *n);

/* Optimizers whose saved state lacks the number of updates, for which a learning rate's decay starts again in Keras. */
bool rt_keras_saves_iterations(const char *optimizer);

#endif
