/* The tables as documentation: trainc layers, trainc schema and docs/layers.md. Each returns an exit code. */
#ifndef TRAINC_DESCRIBE_H
#define TRAINC_DESCRIBE_H
#include <stdio.h>

/* Everything, or what is called name; EXIT_COMMAND when nothing is. */
int describe_layers(FILE *out, const char *name);
/* JSON Schema (draft 2020-12) of the spec language. */
int describe_schema(FILE *out);
/* docs/layers.md. */
int describe_markdown(FILE *out);
/* A line a row of every table: KIND<TAB>NAME<TAB>a smallest whole spec that uses it, as a JSON string; tests loop over it. */
int describe_examples(FILE *out);

#endif
