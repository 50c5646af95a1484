/* trainc summary: the network as Keras's model.summary() shows it, with work and memory beside. */
#ifndef TRAINC_SUMMARY_H
#define TRAINC_SUMMARY_H
#include <stdio.h>
#include "graph.h"

/* FLOPs count a multiplication and an addition as two; forward of one sample. batch is for the memory column. */
void summary_print(FILE *out, const struct graph *g, long batch);

#endif
