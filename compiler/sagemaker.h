/* trainc sagemaker: what the platform and the scripts in container/ must know of a spec, as JSON. */
#ifndef TRAINC_SAGEMAKER_H
#define TRAINC_SAGEMAKER_H
#include <stdio.h>
#include "target.h"

/* t: what the program runs on, and so which instances may. image: the container image's URI, or NULL. settings: n times
 * NAME=VALUE, values for hyperparameters, which are checked as the program itself checks them; false after saying on stderr
 * what is wrong with one. */
bool sagemaker_print(FILE *out, struct arena *a, const struct target *t, const struct spec *s, const char *image,
	const char *const *settings, int n);

#endif
