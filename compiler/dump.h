/* --dump=spec and --dump=graph: what a stage made, for people. The plan's is in plan/report.c. */
#ifndef TRAINC_DUMP_H
#define TRAINC_DUMP_H
#include <stdio.h>
#include "graph.h"

void dump_spec(FILE *out, const struct spec *s);
void dump_graph(FILE *out, const struct graph *g);

#endif
