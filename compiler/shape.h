/* Shapes of tensors without the batch, channels innermost whatever image_data_format says. */
#ifndef TRAINC_SHAPE_H
#define TRAINC_SHAPE_H
#include <stdbool.h>
#include "arena.h"

/* rank 3: height, width, channels; rank 2: two sizes; rank 1: one; rank 0: unknown, because a layer before it failed. */
struct shape { int rank; int size[3]; };

long shape_count(struct shape s);
bool shape_equal(struct shape a, struct shape b);
/* Keras's order of the sizes: channels first if channels_first and rank is 3. */
struct shape shape_in_format(struct shape s, bool channels_first);
/* "(h=13 w=13 c=8)" for messages, "(None, 13, 13, 8)" as Keras prints it (in the format's order). */
const char *shape_words(struct arena *a, struct shape s);
const char *shape_keras(struct arena *a, struct shape s, bool channels_first);
/* Index into size of Keras's axis (0 is the batch, -1 the last), or -1 if s has no such axis. */
int shape_axis(struct shape s, long axis, bool channels_first);

#endif
