/* Memory: where buffers lie. Those of samples and threads share places when their lifetimes do not meet. */
#ifndef TRAINC_MEMORY_H
#define TRAINC_MEMORY_H
#include "passes.h"

enum { MEMORY_ALIGN = 16 };             /* reals: 64 bytes of floats */

long memory_round(long reals);
/* Sets arena, lifetimes, offsets and s->size from the steps' arguments; zero ranges of segments.
 * slots_share: sums of slots, too, share places where their lifetimes do not meet, and are not zeroed. */
void memory_lay_out(struct arena *a, struct schedule *s, bool slots_share);
/* Offsets of the packs, one behind the other. */
void memory_fixed(struct builder *b);

#endif
