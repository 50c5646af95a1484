/* trainc sagemaker: what the platform and the scripts in container/ must know of a spec, as JSON. */
#ifndef TRAINC_SAGEMAKER_H
#define TRAINC_SAGEMAKER_H
#include <stdio.h>
#include "target.h"

/* A container image: its programs' target, which says on what instances they run, and whether train is for several; its
 * URI, or NULL. */
struct image { const struct target *target; bool several_hosts; const char *uri; };

/* settings: n times NAME=VALUE, values for hyperparameters, which are checked as the program itself checks them; false after
 * saying on stderr what is wrong with one. */
bool sagemaker_print(FILE *out, struct arena *a, const struct image *image, const struct spec *s, const char *const *settings,
	int n);

#endif
