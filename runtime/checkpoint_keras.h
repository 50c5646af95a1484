/* A Keras file that is being read: its layers with weights, matched with the model's. */
#ifndef TRAINC_CHECKPOINT_KERAS_H
#define TRAINC_CHECKPOINT_KERAS_H
#include "checkpoint.h"

/* A layer of the file that has weights; paths lead to its arrays from the group. */
struct entry { char *layer; char **paths; int n; int our_layer; };

struct weights_file {
	const char *path;                   /* for messages */
	char *note;                         /* RT_REASON bytes */
	hid_t file, group;
	char *backend;
	struct entry *entries; int n;
};

/* Sets s->states and s->iterations from the file, or to a fresh optimizer's when it holds none that fits; the note
 * tells of a state that is not used. -1 after rt_fail. */
int rt_optimizer_read(struct rt_state *s, const struct rt_model *m, const struct weights_file *w);
bool rt_all_finite(const real *values, size_t count);

#endif
