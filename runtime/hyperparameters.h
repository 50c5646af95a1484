/* Hyperparameters: the forms of their values, names, bounds. The program reads them at its start; trainc sagemaker checks with
 * the same functions what a job is to be given. */
#ifndef TRAINC_HYPERPARAMETERS_H
#define TRAINC_HYPERPARAMETERS_H
#include "rt.h"

enum { RT_MOST_GPUS = 64 };             /* in one machine: sums over a batch have no more slots */

/* The shortest digits that read back as x, as repr(x) gives them. */
enum { RT_DOUBLE = 64 };
void rt_repr_double(char text[RT_DOUBLE], double x);

/* Reads the text of a value in any form that SageMaker's SDKs send. *set is false for null, None and an empty text, else
 * *number (0 for strings) and *text (malloc) are set. source says where the value came from. */
int rt_hyperparameter_parse(const struct rt_hyperparameter *h, const char *value, const char *source, bool *set,
                            double *number, char **text);
/* A value as messages show it: 10, 0.01. */
void rt_hyperparameter_print(const struct rt_hyperparameter *h, double number, char text[RT_DOUBLE]);
/* The index of the hyperparameter with that name or alias, -1 when none has it. */
int rt_hyperparameter_find(const struct rt_model *m, const char *name, size_t size);
/* Fails for a name that no hyperparameter has; 0 for the platform's own. */
int rt_hyperparameter_unknown(const struct rt_model *m, const char *name, size_t size, const char *source);
/* The number that s stands for. */
double rt_scalar(const struct rt_scalar *s, const double *hyperparameters);
/* Whether epochs, batch size, number of GPUs and seed are ones that a program can work with. */
int rt_hyperparameters_check(const struct rt_model *m, const double *numbers);
/* The first failure of the process, "FAULT: text", or NULL: why one of these returned -1. */
const char *rt_failure(void);

#endif
